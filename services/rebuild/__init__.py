"""The rebuild: every view built anew from Kafka beside the live ones, compared with them, and put in their place."""

from services.rebuild.run import Progress, RebuildRunning, Rebuilt, rebuild

__all__ = ["Progress", "RebuildRunning", "Rebuilt", "rebuild"]
