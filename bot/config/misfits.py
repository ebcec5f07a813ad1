"""Misfits: what a parsed file holds that the models do not, said in words of the file."""

import difflib
import json
import re
from collections.abc import Iterator, Mapping
from datetime import date, time
from enum import StrEnum
from pathlib import Path
from types import NoneType
from typing import Annotated, Any, Literal, get_args, get_origin

from pydantic import BaseModel, SecretStr
from pydantic_core import ErrorDetails

from bot.config.faults import ConfigError, Fault
from bot.domain.campaign import Share
from bot.domain.text import clean

Loc = tuple[int | str, ...]

CREDENTIALS = re.compile(r"[0-9]{3,}(?::|%3[Aa])[A-Za-z0-9_-]{8,}|(?<=://)[^/@\s]+(?=@)")
_PYDANTIC = re.compile(r"^[A-Z]\w+ should (?:be |have )?")
_SHOWN = 80

# What TOML may hold for each type, and its name. Pydantic alone would read "500" and true as numbers.
_KINDS: dict[type, tuple[frozenset[type], str, str]] = {
    bool: (frozenset({bool}), "true or false", ""),
    int: (frozenset({int}), "a whole number", ""),
    float: (frozenset({int, float}), "a number", ""),
    str: (frozenset({str}), "text in quotes", ".*"),
    SecretStr: (frozenset({str}), "text in quotes", ".*"),
    Path: (frozenset({str}), "a path in quotes", ".+"),
    date: (frozenset({date, str}), "a date such as 2023-12-15", "[0-9]{4}-[0-9]{2}-[0-9]{2}"),
    time: (frozenset({str}), 'a time such as "17:00"', "([01][0-9]|2[0-3]):[0-5][0-9]"),
    Share: (frozenset({str}), '"80% population"', "[0-9]{1,4}([.,][0-9]+)? ?% ?population"),
}


def leaves_of(annotation: Any) -> tuple[type, ...]:
    """Return the types that a field's annotation is made of: tuple[date, ...] | None gives date."""
    origin, args = get_origin(annotation), get_args(annotation)
    if origin is Literal:
        return (str,)
    if origin is Annotated or origin is dict:
        return leaves_of(args[0] if origin is Annotated else args[1])
    if args:
        return tuple(leaf for arg in args for leaf in leaves_of(arg) if leaf is not NoneType)
    if annotation is Ellipsis:
        return ()
    return (str,) if issubclass(annotation, StrEnum) else (annotation,)


def _table(leaves: tuple[type, ...]) -> type[BaseModel] | None:
    return next((leaf for leaf in leaves if leaf not in _KINDS and issubclass(leaf, BaseModel)), None)


def _wanted(leaves: tuple[type, ...]) -> str:
    return " or ".join(dict.fromkeys(_KINDS[leaf][1] if leaf in _KINDS else "a table" for leaf in leaves))


def misfits(leaves: tuple[type, ...], value: object, loc: Loc) -> Iterator[ConfigError]:
    """Yield unknown keys and values of another type than the models', which pydantic would bend to fit."""
    if isinstance(value, list):
        for number, item in enumerate(value):
            yield from misfits(leaves, item, (*loc, number))
    elif isinstance(value, dict):
        table = _table(leaves)
        for name, item in value.items():
            if table is None:
                yield from misfits(leaves, item, (*loc, name))
            elif name in table.model_fields:
                yield from misfits(leaves_of(table.model_fields[name].annotation), item, (*loc, name))
            else:
                yield _unknown(name, table, loc)
    elif not any(_fits(leaf, value) for leaf in leaves):
        yield _bad(loc, value, _wanted(leaves))
    elif isinstance(value, str) and re.sub(" +", " ", value).strip(" ") != clean(value, len(value) + 1):
        yield _bad(loc, value, "text without control and invisible characters")


def _fits(leaf: type, value: object) -> bool:
    """Tell whether a plain value may stand for this type. Types are compared exactly: true is no number."""
    types, _, form = _KINDS.get(leaf, (frozenset(), "", ""))
    return type(value) in types and (not isinstance(value, str) or bool(re.fullmatch(form, value, re.DOTALL)))


def _unknown(name: str, table: type[BaseModel], loc: Loc) -> ConfigError:
    known = list(table.model_fields)
    near = difflib.get_close_matches(name, known, 1)
    wanted = f'"{near[0]}"' if near else f"one of {', '.join(known)}"
    return ConfigError(_key((*loc, name)), "", wanted, Fault.UNKNOWN)


def _bad(loc: Loc, value: object, wanted: str) -> ConfigError:
    return ConfigError(_key(loc), _shown(loc, value), wanted)


def translated(detail: ErrorDetails, data: Mapping[str, Any], root: type[BaseModel]) -> ConfigError:
    """Turn one of pydantic's complaints into a fault of the file."""
    loc, value, leaves = _traced(detail["loc"], data, root)
    if detail["type"] == "missing":
        return ConfigError(_key(loc), "", _wanted(leaves), Fault.MISSING)
    context, value = detail.get("ctx", {}), detail["input"] if value is None else value
    if detail["type"] == "value_error":
        if isinstance(value, dict):
            return ConfigError(_key(loc), "", str(context["error"]), Fault.CONFLICT)
        return _bad(loc, value, str(context["error"]))
    if detail["type"].endswith(("_type", "_parsing")):
        return _bad(loc, value, "a list in [ ]" if detail["type"] == "tuple_type" else _wanted(leaves))
    return _bad(loc, value, _PYDANTIC.sub("", detail["msg"]).replace("match pattern", "the form").replace("'", '"'))


def _traced(loc: Loc, data: Mapping[str, Any], root: type[BaseModel]) -> tuple[Loc, object, tuple[type, ...]]:
    """Return as much of pydantic's path as the file has (unions add steps), and the value and types there."""
    value: Any = data
    leaves: tuple[type, ...] = (root,)
    for depth, step in enumerate(loc):
        table = _table(leaves)
        if isinstance(value, dict) and table and step in table.model_fields:
            leaves = leaves_of(table.model_fields[str(step)].annotation)
        elif not isinstance(value, (dict, list)):
            return loc[:depth], value, leaves
        found = value if isinstance(value, dict) else dict(enumerate(value))
        value = found.get(step)
    return loc, value, leaves


def _key(loc: Loc) -> str:
    """Return a path as people write it: campaigns[0].metrics[1].entry."""
    steps = (f"[{step}]" if isinstance(step, int) else f".{clean(step, _SHOWN)}" for step in loc)
    return "".join(steps).removeprefix(".") or "the file"


def _shown(loc: Loc, value: object) -> str:
    """Return a value as it stands in the file, shortened, with tokens and passwords taken out."""
    if loc and loc[-1] in {"token", "tokens"}:
        return "(not shown)"
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    shown = clean(CREDENTIALS.sub("(not shown)", text))
    shown = shown if len(shown) <= _SHOWN else f"{shown[:_SHOWN]}…"
    return f'"{shown}"' if isinstance(value, str) else shown
