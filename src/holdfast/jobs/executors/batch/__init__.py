"""
The batch executors: jobs wait in the queue of a cluster and run on its nodes.

One executor (:mod:`.executor`) serves all batch systems; each system is a small set of pure
functions, the words of its commands and how to read its answers (:mod:`.slurm`, :mod:`.pbs`,
:mod:`.lsf`). PSI/J writes the scripts that are submitted (:mod:`.submission`).

What is submitted is not the job itself but a launcher, which tells by files beside the job's log
when it began and how it ended (:mod:`holdfast.jobs.executors.exchange`). The batch system is asked
only what these files cannot tell: that a job never began, or was ended with no time for a last
word. So a result is never guessed from a queue that has forgotten the job.
"""
