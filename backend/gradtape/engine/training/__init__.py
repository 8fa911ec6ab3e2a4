"""How parameters move, what is measured of it, and how a stand of it is kept."""
