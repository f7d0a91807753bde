"""Jobs as processes of this machine, and the keeper that outlives the engine."""
