"""What a spec builds: a torch module, its first parameters, its loss."""
