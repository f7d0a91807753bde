"""Jobs on Grid Engine, through DRMAA."""
