"""What is held: banks and releases listed, shown, searched, counted, and their history."""
