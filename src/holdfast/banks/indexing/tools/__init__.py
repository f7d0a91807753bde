"""Our own tools, one module each, registered as those of strangers are."""
