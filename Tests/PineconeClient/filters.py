"""The filter language: each operator, types that never mix, and random filters against a reading of the rules in Python."""

from support import check, count, ids, refused, same

COLORS, TAGS = ["red", "green", "Red", "", "grün"], ["a", "b", "c"]


def record(random):
    """Metadata where each field may be missing, and `mixed` is now a text, now a number, now a boolean."""
    everything = {
        "color": random.choice(COLORS), "n": random.choice([-3, 0, 1, 2, 2.5, 1e9]), "flag": random.random() < 0.5,
        "tags": random.sample(TAGS, random.randint(0, 3)), "mixed": random.choice(["1", 1, True, ["1"], 0, False]),
    }
    return {name: value for name, value in everything.items() if random.random() < 0.8}


def number(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def equals(value, wanted):
    """Whether a stored value is a text, number or boolean; a list equals what it holds. Types never convert."""
    if isinstance(value, list):
        return isinstance(wanted, str) and wanted in value
    if isinstance(value, bool) or isinstance(wanted, bool):
        return value is wanted
    return type(value) is str and value == wanted if isinstance(wanted, str) else number(value) and value == wanted


COMPARISONS = {"$gt": lambda a, b: a > b, "$gte": lambda a, b: a >= b, "$lt": lambda a, b: a < b, "$lte": lambda a, b: a <= b}


def holds(condition, name, metadata):
    value, absent = metadata.get(name), name not in metadata
    if not isinstance(condition, dict):
        return not absent and equals(value, condition)
    for operator, argument in condition.items():
        if operator in COMPARISONS:
            truth = not absent and number(value) and COMPARISONS[operator](value, argument)
        elif operator == "$exists":
            truth = absent != argument
        else:
            wanted = argument if operator in ("$in", "$nin") else [argument]
            truth = not absent and any(equals(value, one) for one in wanted)
            if operator in ("$ne", "$nin"):
                truth = not truth  # Also where the field is missing.
        if not truth:
            return False
    return True


def matches(which, metadata):
    return all(
        all(matches(one, metadata) for one in argument) if name == "$and"
        else any(matches(one, metadata) for one in argument) if name == "$or"
        else holds(argument, name, metadata)
        for name, argument in which.items())


def condition(random):
    name = random.choice(["color", "n", "flag", "tags", "mixed", "never"])
    values = {
        "color": COLORS, "n": [-3, 0, 1, 2, 2.5, 7], "flag": [True, False], "tags": TAGS, "mixed": ["1", 1, True, 0, False], "never": [1, "x"],
    }[name]
    kind = random.choice(["plain", "$eq", "$ne", "$in", "$nin", "$exists", *COMPARISONS, "range"])
    if kind == "plain":
        return {name: random.choice(values)}
    if kind == "range":
        return {name: {"$gte": random.choice([-3, 0, 1]), "$lt": random.choice([1, 2, 3, 2e9])}}
    if kind in COMPARISONS:
        return {name: {kind: random.choice([-3, 0, 1, 2, 2.5])}}
    if kind == "$exists":
        return {name: {kind: random.random() < 0.5}}
    if kind in ("$in", "$nin"):
        return {name: {kind: random.sample(values, random.randint(1, len(values)))}}
    return {name: {kind: random.choice(values)}}


def filter_of(random, depth):
    if depth == 0 or random.random() < 0.4:
        return condition(random)
    parts = [filter_of(random, depth - 1) for _ in range(random.randint(1, 3))]
    both = {random.choice(["$and", "$or"]): parts}
    return {**both, **condition(random)} if random.random() < 0.3 else both


@check("filter")
def four_hundred_random_filters_find_what_the_rules_say(world):
    random = world.random("filters")
    index = world.create("filter", dimension=2)
    stored = {f"r{n}": record(random) for n in range(250)}
    index.upsert(vectors=[(i, [1, n], metadata) if metadata else (i, [1, n]) for n, (i, metadata) in enumerate(stored.items())])
    same(count(index), 250)
    found = 0
    for _ in range(400):
        which = filter_of(random, 3)
        expected = sorted(i for i, metadata in stored.items() if matches(which, metadata))
        same(sorted(ids(index.query(vector=[1, 1], top_k=250, filter=which))), expected, f"{which}")
        found += len(expected)
    assert found > 400, "the filters match something"


@check("filter")
def the_same_filters_count_fetch_and_delete(world):
    random = world.random("filters of writes")
    index = world.create("filter-writes", dimension=2)
    stored = {f"r{n}": record(random) for n in range(200)}
    index.upsert(vectors=[{"id": i, "values": [1, 1], "metadata": metadata} for i, metadata in stored.items()])
    while len(stored) > 20:
        which = filter_of(random, 2)
        gone = {i for i, metadata in stored.items() if matches(which, metadata)}
        if len(gone) > 100:
            continue
        if hasattr(index, "fetch_by_metadata"):
            same(set(index.fetch_by_metadata(filter=which, limit=200).vectors), gone, f"{which}")
        index.delete(filter=which)
        for i in gone:
            del stored[i]
        same(count(index), len(stored), f"after the deletion by {which}")


@check("filter")
def the_best_of_those_that_match_are_found_however_far_they_are(world):
    index = world.create("filter-far", dimension=2)
    near = [(f"near{n}", [1, n / 1_000], {"far": False}) for n in range(990)]
    index.upsert(vectors=near + [(f"far{n}", [-1, n / 10], {"far": True}) for n in range(10)])
    answer = index.query(vector=[1, 0], top_k=7, filter={"far": True})
    same(ids(answer), [f"far{n}" for n in range(9, 2, -1)])
    same(len(ids(index.query(id="near0", top_k=50, filter={"far": True}))), 10, "by id as well")


@check("filter")
def filters_that_mean_nothing_are_refused(world):
    index = world.index("filter")
    for which in (
        {"a": {"$like": "x"}}, {"$not": {"a": 1}}, {"a": {"$in": "x"}}, {"a": {"$gt": "2"}}, {"a": {"$gt": True}}, {"$and": {"a": 1}},
        {"$or": []}, {"a": None}, {"a": {"$eq": None}}, {"a": {"$exists": 1}}, {"a": {"$eq": ["x"]}}, {"a": [1]}, {"$and": [1]},
        {"a": {"$in": [{"b": 1}]}}, {"a": {"$eq": 1, "b": 2}},
    ):
        error = refused(400, index.query, vector=[1, 1], top_k=1, filter=which)
        assert "filter" in str(error), f"{which}: the message names what is wrong: {error}"
