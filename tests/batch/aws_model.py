"""What AWS says of its services, as far as it can be read by a program: the
models that botocore ships (kept by AWS; `tools/setup-venv botocore-1.44.5
tests/batch/requirements.txt` installs it in the cache folder)."""
import functools
import os
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
PLACE = pathlib.Path(os.environ.get("DMPWORKS_CACHE_DIR", ROOT / ".cache")) / "botocore-1.44.5"
sys.path += [str(folder) for folder in (PLACE / "lib").glob("python3*/site-packages")]
try:
    from botocore.loaders import Loader
    from botocore.model import ServiceModel
    from botocore.validate import ParamValidator
except ImportError:
    sys.exit(f"no botocore in {PLACE}: tools/setup-venv {PLACE.name} tests/batch/requirements.txt")


def matches(pattern):
    return lambda text: re.fullmatch(pattern, text) is not None


def at_most(count):
    return lambda of: len(of) <= count


# What the model of Batch has in words only, by structure and member: the words, and what they ask for.
GLOB = r"[A-Za-z0-9.:\s]{0,511}\*?"
IN_WORDS = {
    ("SubmitJobRequest", "jobName"): (
        "up to 128 letters long. The first character must be alphanumeric, can contain uppercase and lowercase "
        "letters, numbers, hyphens (-), and underscores (_)", matches(r"[A-Za-z0-9][A-Za-z0-9_-]{0,127}")),
    ("SubmitJobRequest", "dependsOn"): ("a maximum of 20 jobs", at_most(20)),
    ("SubmitJobRequest", "arrayProperties"): (
        "between 2 and 10,000", lambda array: 2 <= array["size"] <= 10_000),
    ("RetryStrategy", "attempts"): ("between 1 and 10 attempts", lambda attempts: 1 <= attempts <= 10),
    ("RetryStrategy", "evaluateOnExit"): ("up to 5 objects", at_most(5)),
    ("EvaluateOnExit", "onExitCode"): (
        "can contain only numbers, and can end with an asterisk (*)", matches(r"\d{0,511}\*?")),
    ("EvaluateOnExit", "onReason"): ("letters, numbers, periods (.), colons (:), and white space", matches(GLOB)),
    ("EvaluateOnExit", "onStatusReason"): ("letters, numbers, periods (.), colons (:), and white spaces", matches(GLOB)),
    ("JobTimeout", "attemptDurationSeconds"): (
        "minimum value for the timeout is 60 seconds", lambda seconds: seconds >= 60),
    ("ContainerOverrides", "environment"): (
        'cannot start with "AWS_BATCH"',
        lambda pairs: not any(pair["name"].startswith("AWS_BATCH") for pair in pairs)),
    ("DescribeJobsRequest", "jobs"): ("up to 100 job IDs", at_most(100)),
    ("TerminateJobRequest", "reason"): ("limit of 1024 characters", at_most(1024)),
    ("CancelJobRequest", "reason"): ("limit of 1024 characters", at_most(1024)),
}


@functools.cache
def service(name):
    return ServiceModel(Loader().load_service_model(name, "service-2"), name)


@functools.cache
def operations():
    """Operations by what a request for them is sent to: the path, or the target of the path /."""
    found = {}
    for name in service("batch").operation_names:
        operation = service("batch").operation_model(name)
        found[operation.http["requestUri"]] = operation
    for name in service("logs").operation_names:
        found[f"{service('logs').metadata['targetPrefix']}.{name}"] = service("logs").operation_model(name)
    return found


def misfits(asked, document):
    """What is wrong with a request that was sent to a path, or a target; "" if nothing is."""
    if asked not in operations():
        return f"{asked}: no such operation"
    shape = operations()[asked].input_shape
    report = ParamValidator().validate(document, shape)
    if report.has_errors():
        return f"{asked}: {report.generate_report()}"
    return "; ".join(f"{asked}: {wrong}" for wrong in walk(shape, document, ""))


def walk(shape, value, at):
    """What the validator of botocore leaves to the service; `value` has the types of `shape`."""
    if shape.type_name == "structure":
        for name, inner in value.items():
            said = IN_WORDS.get((shape.name, name))
            if said and not said[1](inner):
                yield f"{at}.{name} = {inner!r}: {said[0]}"
            yield from walk(shape.members[name], inner, f"{at}.{name}")
    if shape.type_name == "list":
        for number, inner in enumerate(value):
            yield from walk(shape.member, inner, f"{at}[{number}]")
    if shape.type_name == "map":
        for name, inner in value.items():
            yield from walk(shape.key, name, f"{at}.{name}")
            yield from walk(shape.value, inner, f"{at}.{name}")
    said = shape.metadata
    if value not in said.get("enum", [value]):
        yield f"{at} = {value!r}, not one of {said['enum']}"
    if "pattern" in said and not re.fullmatch(said["pattern"], value):
        yield f"{at} = {value!r} does not match {said['pattern']}"
    if isinstance(value, bool) != (shape.type_name == "boolean"):
        yield f"{at} = {value!r} is no {shape.type_name}"
    size = value if isinstance(value, (int, float)) else len(value)
    if not said.get("min", size) <= size <= said.get("max", size):
        yield f"{at}: {size} is not from {said.get('min', 'any')} to {said.get('max', 'any')}"


def words_of(structure, member):
    """What the model says of a member in words, as plain text."""
    found = {}
    for name in service("batch").operation_names:
        collect(service("batch").operation_model(name).input_shape, found)
    return " ".join(re.sub(r"<[^>]*>", "", found[structure].members[member].documentation).split())


def collect(shape, found):
    """The structures below a shape, by name."""
    if shape is None or shape.name in found:
        return
    if shape.type_name == "structure":
        found[shape.name] = shape
        for member in shape.members.values():
            collect(member, found)
    if shape.type_name == "list":
        collect(shape.member, found)
    if shape.type_name == "map":
        collect(shape.value, found)
