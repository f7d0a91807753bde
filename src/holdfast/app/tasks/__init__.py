"""
Tasks: what one job of a plan does, one file per task.

The engine runs each as ``holdfast task <name> …`` in a process of its own, here or elsewhere. A
task finds everything it needs in the making or the plot's folder on disk, may be killed at any
moment, and may be run again.
"""
