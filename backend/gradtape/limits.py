"""Every cap of the program: the number, its unit, and why it is there.

`GET /api/v1/limits` tells all of them. Each is answered by one clear error that says what was
asked and what is allowed.
"""

# The tape
MAX_INLINE_VALUES = 4_096  # numbers of one tensor; what an inspector grid can show; bounds the blob
MAX_RESPONSE_VALUES = 4_000_000  # numbers in one JSON answer; about 40 MB of text
MAX_LISTED_DIFFERENCES = 500  # tensors of a comparison that are listed; the others are counted
MAX_OPS_PER_ITERATION = 200_000  # ops; about 100 MB of structure
MAX_TAPE_FILE_BYTES = 2 * 2**30  # bytes of a saved tape; it is read into memory whole
MAX_TAPE_HEADER_BYTES = 100_000_000  # bytes of structures in it; more, safetensors does not read

# A spec
MAX_LAYERS = 256  # layers; a stage that a person can still find their way in
MAX_NAME_LENGTH = 64  # characters; fits a card's title
MAX_PARAMETERS = 20_000_000  # numbers; 80 MB in float32, four times that with gradients and Adam
MAX_SAMPLES = 100_000  # rows of a data set
MAX_FEATURES = 65_536  # numbers per sample
MAX_DATA_VALUES = 20_000_000  # numbers in a data set, samples times features; 80 MB in float32
MAX_INLINE_DATA_VALUES = 1_000_000  # numbers in inline data; about 10 MB of JSON
MAX_TEXT_CHARACTERS = 100_000  # of a text that is read character by character; some 40 pages
MAX_CSV_CHARACTERS = 2_000_000  # of a table in a spec; a spec is kept with every session
MAX_IMAGE_FILE_BYTES = 128 * 2**20  # of one of the operator's files, unpacked; MNIST's has 47 MB
MAX_ACTIVATION_VALUES = 50_000_000  # numbers in all layer outputs of one batch; 200 MB in float32
MAX_MULTIPLICATIONS = 20_000_000_000  # in one forward pass; about a second on one core

# Commands
MAX_ITERATIONS_PER_RUN = 1_000_000  # iterations; a run can be repeated
MAX_QUEUED_COMMANDS = 64  # commands of one session that wait for their turn

# A session
MAX_SESSIONS = 64  # live processes at once; idle ones are evicted to a snapshot first
MAX_STORED_SESSIONS = 10_000  # sessions on disk; the longest unused goes first
MAX_RECORDED_ITERATIONS = 500  # per session; thinned by dropping every other one
MAX_CHECKPOINT_BYTES = 64 * 2**20  # bytes of parameters of recorded iterations; in each snapshot
MAX_RECORDING_BYTES = 256 * 2**20  # bytes of recorded tensors kept at full precision
MAX_METRIC_ROWS = 100_000  # iterations whose metrics are kept; then every other one goes
MAX_LOGGED_EVENTS = 2_000  # events kept for a reader that comes back
IDLE_SECONDS_BEFORE_EVICTION = 600.0  # seconds without a request or a reader
SNAPSHOT_INTERVAL_SECONDS = 1.0  # seconds of training that a killed process can lose
REQUEST_TIMEOUT_SECONDS = 30.0  # seconds a session may take to answer one question
PROCESS_MEMORY_BYTES = 8 * 2**30  # address space of one session's process
MAX_MESSAGE_BYTES = 2 * 2**30  # between server and a session's process; the largest snapshot
MAX_LOGGED_METRIC_VALUES = 200_000  # numbers in the kept metrics events of one session; about 6 MB
MAX_LAYER_ITERATIONS = 60  # iterations in one answer about layers; more ridges run into another

# Pictures of the function
MAX_SURFACE_SIDE = 200  # points along each axis of a surface; as fine as a small picture
MAX_PICTURE_MULTIPLICATIONS = 1_000_000_000  # for one picture; some 50 ms that training waits
MAX_EVALUATED_VALUES = 4_000_000  # numbers in layer outputs at once beside training; 16 MB
MAX_PREDICTED_SAMPLES = 2_000  # samples in one answer; more points than a picture can tell apart
MAX_PREDICTED_INPUT_VALUES = 200_000  # numbers of their inputs in one answer; about 2 MB of text
MAX_SHOWN_OUTPUTS = 10  # planes of one surface; a picture tells no more curves apart

# A loss landscape
MAX_LANDSCAPE_STEPS = 50  # points on each side of the middle; 10,201 losses in all
MAX_LANDSCAPE_SAMPLES = 2_048  # samples of one loss; enough to see the shape
MAX_LANDSCAPE_POINT_MULTIPLICATIONS = 400_000_000  # for one loss; what fits a slice on one core
BACKGROUND_SLICE_SECONDS = 0.02  # seconds of background work between two looks at everything else
BACKGROUND_SHARE = 0.25  # of a training session's time that background work may take
PROGRESS_INTERVAL_SECONDS = 0.25  # seconds between two progress events of one job

# Exports
MAX_TORCHVIZ_NODES = 800  # nodes; torchviz recurses over them, and Python stops at 1,000 calls
MAX_DRAWN_DOT_BYTES = 2 * 2**20  # bytes of DOT that Graphviz is given; its time grows faster
MAX_DRAWING_SECONDS = 20.0  # seconds that Graphviz may take for one picture; then it is killed
MAX_DRAWING_INCHES = 100.0  # each way; at 96 pixels an inch, a picture of 370 MB
MAX_CONCURRENT_EXPORTS = 2  # files made at once; more wait

# A replay
REPLAY_DATA_BYTES_AIM = 1_900_000  # bytes, compressed; beyond it previews shrink: 3 MB as a file
MAX_REPLAY_DATA_BYTES = 12 * 2**20  # bytes, compressed; the wiring of 100,000 ops; 16 MB as a file
MIN_REPLAY_PREVIEW_VALUES = 64  # numbers of one tensor; fewer would no longer be a picture of it
MAX_REPLAY_METRIC_VALUES = 50_000  # numbers in the curves; about a quarter of a full replay

# The web
MAX_BODY_BYTES = 16 * 2**20  # bytes of a request body; the largest inline data set
MAX_JSON_DEPTH = 64  # nested lists and objects in a body
MAX_CONCURRENT_RECORDINGS = 4  # POST /record at once; more wait
MAX_EVENT_READERS = 32  # open event streams per session
EVENT_INTERVAL_SECONDS = 0.1  # seconds between two metrics events: as often as the stage follows
