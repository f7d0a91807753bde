"""What becomes of releases: published, frozen, removed, given up, repaired."""
