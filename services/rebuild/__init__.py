"""The rebuild: every view built anew from Kafka beside the live ones, compared with them, and put in their place."""

from services.rebuild.run import Progress, RebuildResult, RebuildRunning, rebuild

__all__ = ["Progress", "RebuildResult", "RebuildRunning", "rebuild"]
