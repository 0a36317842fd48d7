"""Why a job waited and where it went: a run is run again with somebody looking on, and what was seen is told."""
