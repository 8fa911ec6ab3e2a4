"""What the server's process holds."""

import subprocess
import sys


def test_the_server_never_imports_torch() -> None:
    program = "import sys, gradtape.server.app; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
