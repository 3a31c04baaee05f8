"""What the checks share: the registry, a world of indexes that cleans up after itself, and small assertions."""

import json
import math
import random
import urllib.error
import urllib.request
import uuid

import pinecone
from pinecone import Pinecone, ServerlessSpec
from pinecone.exceptions import PineconeApiException

MAJOR = int(pinecone.__version__.split(".")[0])
SPEC = ServerlessSpec(cloud="aws", region="us-east-1")
CHECKS = []


class Skipped(Exception):
    """The client has no call for it."""


def check(group):
    """Adds a function of a `World` to a group; its docstring is what it promises."""

    def add(function):
        CHECKS.append((group, function))
        return function

    return add


def needs(major):
    if MAJOR < major:
        raise Skipped(f"client {major} or later")


class World:
    """One service, spoken to through one client; every index made here is gone at the end."""

    def __init__(self, host, key, seed):
        self.host, self.key, self.seed = host.rstrip("/"), key, seed
        self.client = Pinecone(api_key=key, host=host)
        self.run = "check-" + uuid.uuid4().hex[:8]
        self.indexes = []

    def random(self, purpose):
        return random.Random(f"{self.seed} {purpose}")

    def name(self, short):
        return f"{self.run}-{short}"

    def create(self, short, dimension=3, metric="cosine", **options):
        """Makes an index of dense vectors, or of sparse ones when `dimension` is None, and returns its data plane."""
        shape = {"vector_type": "sparse", "metric": "dotproduct"} if dimension is None else {"dimension": dimension, "metric": metric}
        self.indexes.append(self.name(short))
        self.client.create_index(name=self.name(short), spec=SPEC, timeout=30, **shape, **options)
        return self.index(short)

    def index(self, short, **options):
        index = self.client.Index(host=self.url(short), **options)
        return index if MAJOR >= 9 else FloatIndex(index)

    def url(self, short):
        return self.client.describe_index(self.name(short)).host

    def send(self, method, url, body=None, version="2025-10", key=True, kind="application/json"):
        """A request past the client, for what it would not send itself: (status, JSON or None)."""
        data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        request = urllib.request.Request(url, data=data, method=method, headers={"Content-Type": kind, "X-Pinecone-Api-Version": version})
        if key:
            request.add_header("Api-Key", self.key if key is True else key)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                status, text = answer.status, answer.read()
        except urllib.error.HTTPError as error:
            status, text = error.code, error.read()
        return status, json.loads(text) if text.strip() else None

    def close(self):
        for name in self.indexes:
            try:
                if not self.client.has_index(name):
                    continue
                if self.client.describe_index(name).deletion_protection == "enabled":
                    self.client.configure_index(name, deletion_protection="disabled")
                self.client.delete_index(name, timeout=-1)
            except PineconeApiException as error:
                print(f"left behind: {name}: {error}")


class FloatIndex:
    """An index of a client before 9.0, which refuses whole numbers where it wants a float."""

    def __init__(self, index):
        self.index = index

    def __getattr__(self, name):
        call = getattr(self.index, name)
        if name not in ("upsert", "update", "query", "query_namespaces"):
            return call
        return lambda **options: call(**{key: floats(value) if key in ("vectors", "values", "vector") else value for key, value in options.items()})


def floats(value):
    """Vectors in any of their forms, with floats for the numbers of their values."""
    if isinstance(value, list) and value and all(isinstance(one, (int, float)) for one in value):
        return [float(one) for one in value]
    if isinstance(value, list):
        return [floats(one) for one in value]
    if isinstance(value, tuple):
        return (value[0], floats(value[1]), *value[2:])
    if isinstance(value, dict) and "values" in value:
        return {**value, "values": floats(value["values"])}
    return value


# Assertions


def same(got, expected, what=""):
    assert got == expected, f"{what}: got {got!r}, expected {expected!r}"


def close(got, expected, what="", tolerance=1e-4):
    assert math.isclose(got, expected, rel_tol=tolerance, abs_tol=tolerance), f"{what}: got {got!r}, expected {expected!r}"


def refused(status, call, *arguments, **options):
    """The call must fail with the status; returns the error."""
    try:
        result = call(*arguments, **options)
    except PineconeApiException as error:
        code = getattr(error, "status", None) or getattr(error, "status_code", None)
        same(code, status, f"status of {error}")
        return error
    raise AssertionError(f"expected {status}, got {result!r}")


def data_error(answer, status, code):
    """The body of the data plane's errors: google.rpc.Status."""
    same(answer[0], status, f"status of {answer}")
    same(sorted(answer[1]), ["code", "details", "message"], "keys")
    same((answer[1]["code"], answer[1]["details"]), (code, []), "code and details")
    assert answer[1]["message"], "an error has a message"
    return answer[1]["message"]


def control_error(answer, status, code):
    """The body of the control plane's errors."""
    same(answer[0], status, f"status of {answer}")
    same((answer[1]["status"], answer[1]["error"]["code"]), (status, code), "status and code")
    assert answer[1]["error"]["message"], "an error has a message"


# Pieces of answers


def ids(answer):
    return [match.id for match in answer.matches]


def listed(index, **options):
    """All ids of a listing, whatever the client calls its elements."""
    return [item if isinstance(item, str) else item.id for page in index.list(**options) for item in page]


def count(index, namespace="__default__"):
    spaces = index.describe_index_stats().namespaces
    return spaces[namespace].vector_count if namespace in spaces else 0


def plain(metadata):
    return {} if metadata is None else {name: value for name, value in dict(metadata).items()}


def dot(a, b):
    return sum(x * y for x, y in zip(a, b))


def cosine(a, b):
    return dot(a, b) / math.sqrt(dot(a, a) * dot(b, b))


def sparse(values):
    return {"indices": list(values), "values": list(values.values())}
