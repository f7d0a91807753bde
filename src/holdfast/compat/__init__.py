"""Other programs' interfaces over what Holdfast keeps, for programs that were written for them."""
