"""Jobs that a launcher does on the host to which a scheduler sends it."""
