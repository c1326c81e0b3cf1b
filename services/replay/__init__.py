"""The replay: what was known at a moment, from views that end there.

`moment_views.py` builds these views from Kafka beside the live ones and drops them, `access.py` has what they are read
with, `run.py` writes every entry and report as files, `past_access.py` finds what a user could have been shown
of a child.
"""

from services.replay.access import Allowed, Servers
from services.replay.moment_views import ReplayRunning
from services.replay.past_access import could_have_seen
from services.replay.run import HiddenMeanwhile, replay

__all__ = ["Allowed", "HiddenMeanwhile", "ReplayRunning", "Servers", "could_have_seen", "replay"]
