"""Mistakes: the documented status and body, at once, and nothing changed."""

import time

from pinecone import Pinecone
from pinecone.exceptions import NotFoundException, PineconeApiException, UnauthorizedException

from support import check, control_error, count, data_error, refused, same


def data(world, path, body=None, method="POST", **options):
    return world.send(method, world.url("errors") + path, body, **options)


@check("errors")
def unknown_indexes_are_not_found_on_both_planes(world):
    index = world.create("errors", dimension=2)
    index.upsert(vectors=[("kept", [1, 2], {"a": 1})])
    began = time.monotonic()
    for call in (world.client.describe_index, world.client.delete_index):
        try:
            call(world.name("missing"))
            raise AssertionError("an unknown index was found")
        except NotFoundException:
            pass
    control_error(world.send("GET", f"{world.host}/indexes/{world.name('missing')}"), 404, "NOT_FOUND")
    there, missing = world.url("errors"), world.name("missing")
    data_error(world.send("POST", there[: there.rindex("/") + 1] + missing + "/query", {"topK": 1, "vector": [1, 2]}), 404, 5)
    assert time.monotonic() - began < 3, "a mistake must not look like trouble of the server, which clients wait for"


@check("errors")
def a_wrong_key_opens_nothing(world):
    stranger = Pinecone(api_key="someone-else", host=world.host)
    for call in (stranger.list_indexes, stranger.Index(host=world.url("errors")).describe_index_stats):
        try:
            call()
            raise AssertionError("a wrong key was accepted")
        except UnauthorizedException:
            pass
    for key in (False, world.key + "x", world.key[:-1]):
        control_error(world.send("GET", world.host + "/indexes", key=key), 401, "UNAUTHENTICATED")
        data_error(data(world, "/describe_index_stats", method="GET", key=key), 401, 16)


@check("errors")
def vectors_must_fit_the_index_and_batches_are_whole(world):
    index = world.index("errors")
    for values in ([1], [1, 2, 3], [0, 0]):
        error = refused(400, index.upsert, vectors=[("good", [1, 1]), ("bad", values)], namespace="refused")
        assert isinstance(error, PineconeApiException)
    assert "dimension" in str(refused(400, index.query, vector=[1, 2, 3], top_k=1)).lower()
    assert "refused" not in index.describe_index_stats().namespaces, "neither record nor namespace was made"


@check("errors")
def bodies_that_are_no_requests_are_refused(world):
    for body in (b"", b"{", b"[]", b"null", b"{\"vectors\":{}}", b"{\"vectors\":[1]}", b"\xff\xfe", b"{\"vectors\":[{\"id\":1}]}",
                 b"[" * 5_000, b"{\"vectors\":[{\"id\":\"a\",\"values\":[NaN,1]}]}", b"{\"vectors\":[{\"id\":\"a\",\"values\":[1e999,1]}]}"):
        data_error(data(world, "/vectors/upsert", body), 400, 3)
    for metadata in ({"a": None}, {"a": {"b": 1}}, {"a": [1, 2]}, {"a": ["x", 1]}, {"$a": 1}, [], "x", 1):
        data_error(data(world, "/vectors/upsert", {"vectors": [{"id": "m", "values": [1, 2], "metadata": metadata}]}), 400, 3)
    for body in ({}, {"topK": 1}, {"topK": 1, "vector": [1, 2], "id": "kept"}, {"topK": "1", "vector": [1, 2]}, {"vector": [1, 2]}):
        data_error(data(world, "/query", body), 400, 3)
    for body in ({}, {"ids": [], "namespace": ""}, {"filter": {}}, {"ids": ["kept"], "deleteAll": True}, {"filter": {"a": 1}, "deleteAll": True}):
        data_error(data(world, "/vectors/delete", body), 400, 3)
    for body in ({}, {"setMetadata": {"a": 2}}, {"filter": {}, "setMetadata": {"a": 2}}, {"id": "kept", "setMetadata": {"a": None}},
                 {"id": "kept", "filter": {"a": 1}, "setMetadata": {"a": 2}}):
        data_error(data(world, "/vectors/update", body), 400, 3)
    data_error(data(world, "/describe_index_stats", {"filter": {"a": 1}}), 400, 3)
    data_error(data(world, "/vectors/list?paginationToken=none", method="GET"), 400, 3)
    record = world.index("errors").fetch(ids=["kept"]).vectors["kept"]
    same((list(record.values), record.metadata["a"], count(world.index("errors"))), ([1, 2], 1, 1), "nothing was changed")


@check("errors")
def routes_that_are_not_there_say_so(world):
    data_error(data(world, "/nothing"), 404, 5)
    data_error(data(world, "/query", method="PUT"), 405, 12)
    data_error(data(world, "/bulk/imports", {"uri": "s3://bucket/x"}), 501, 12)
    data_error(data(world, "/namespaces/n/documents/search", {}), 501, 12)


@check("errors")
def newer_fields_and_older_callers_are_served(world):
    status, _ = data(world, "/query", {"topK": 1, "vector": [1, 2], "fromTheFuture": {"x": [1]}})
    same(status, 200)
    for version in ("2024-07", "2025-01", "2099-01"):
        same(data(world, "/describe_index_stats", method="GET", version=version)[0], 200)
