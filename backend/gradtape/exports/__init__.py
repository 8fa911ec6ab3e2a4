"""What leaves Gradtape as a file: graphs, programs, parameters, tables."""
