"""The policies and the model that come with the product, and files like them."""

from functools import cache
from importlib.resources import files
from pathlib import Path

from domain.inclusion_policy import ContactsModel, Policy
from services.inclusion_policy.model_file import read_model
from services.inclusion_policy.nodes import LARGEST_TEXT
from services.inclusion_policy.policy_file import read_policy
from services.inclusion_policy.refused import PolicyRefused

SHIPPED = ("universal", "selective", "girfec", "assessment-only", "social-care-only")
"""In the order in which they are compared."""


def shipped_text(name: str) -> str:
    """The file of a policy that comes with the product."""
    return files(__package__).joinpath("policies", f"{name}.yaml").read_text(encoding="utf-8")


@cache
def shipped(name: str) -> Policy:
    """A policy that comes with the product."""
    return read_policy(f"{name}.yaml", shipped_text(name))


@cache
def shipped_model() -> ContactsModel:
    """The model of contacts that comes with the product."""
    return read_model("contacts.yaml", files(__package__).joinpath("contacts.yaml").read_text(encoding="utf-8"))


def is_path(given: str) -> bool:
    """Whether a policy is named by its file and not by its name."""
    return given not in SHIPPED and (given.endswith((".yaml", ".yml")) or "/" in given)


def text_of(path: Path) -> str:
    """The text of a file; raises PolicyRefused where it has none."""
    try:
        with path.open("rb") as file:
            return file.read(LARGEST_TEXT + 1).decode("utf-8")
    except FileNotFoundError:
        raise PolicyRefused(
            f"there is no file {path.name}; see `contactpoint policy list` for what comes along"
        ) from None
    except (OSError, UnicodeError):
        raise PolicyRefused(f"{path.name} cannot be read as a text file") from None


def policy_named(given: str) -> Policy:
    """The policy of that name, or in that file; raises PolicyRefused."""
    return read_policy(*text_named(given))


def text_named(given: str) -> tuple[str, str]:
    """What messages call the policy of that name or in that file, and its text; raises PolicyRefused."""
    if is_path(given):
        return Path(given).name, text_of(Path(given))
    if given not in SHIPPED:
        raise PolicyRefused(f"there is no policy of that name; there are {', '.join(SHIPPED)}, or name a .yaml file")
    return f"{given}.yaml", shipped_text(given)
