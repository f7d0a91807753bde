"""What a person may ask of the sequence store, one file per thing that takes more than one call."""
