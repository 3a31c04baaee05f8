"""What a store must hold after a fault, by the ledgers of those who wrote to it.

    python3 Tools/faults/judge.py     tests of the judge itself
"""
import random
import sys

sys.dont_write_bytecode = True
MOST_STATES = 4096


def judge(ledgers, found, at=None):
    """What is wrong with a store, as a sentence, or None.

    `at` is a position in the recording: writes answered by then must be there, writes sent later must not, and those
    between may be, whole or not at all. Without it, answered writes must be there and unanswered ones may; so may those
    that a failing disk refused (5xx), and what was written to the same records afterwards is on top of either.
    """
    shown = {}
    for ledger in ledgers:
        states, problem = possible_states(considered(ledger, at), found)
        if problem:
            return problem
        own = {key for write in ledger for key in write.changes}
        actual = {key: found[key] for key in own if key in found}
        exported = [export(state) for state in states]
        shown.update(next((state for state in exported if state == actual), exported[0]))
    return None if shown == found else first_difference(shown, found)


def considered(ledger, at):
    """Writes that may have changed something, each with whether it is certain to have."""
    writes = []
    for write in ledger:
        if at is not None and write.sent >= at:
            break
        answered = write.status is not None and (at is None or write.answered <= at)
        if not answered or not 300 <= write.status < 500:
            writes.append((write, answered and write.status < 300))
    return writes


def possible_states(writes, found):
    """What one client's records may be: a state for each combination of the doubtful writes that `found` does not rule out.

    A write is told by those of its records that no later one changes: they are as it left them, or as they were before.
    """
    last = {key: number for number, (write, _) in enumerate(writes) for key in write.changes}
    states = [{}]
    for number, (write, certain) in enumerate(writes):
        done = [apply(state, write.changes) for state in states]
        if certain:
            states = done
            continue
        telling = [key for key in write.changes if last[key] == number]
        states = distinct(state for state in states + done
                          if all(visible(state.get(key)) == visible(found.get(key)) for key in telling))
        if not states:
            return [], f"a write is half there: {list(write.changes)[:3]} …"
        if len(states) > MOST_STATES:
            return [], f"more than {MOST_STATES} states are possible: the scenario refuses too many changes of the same records"
    return states, None


def apply(state, changes):
    after = dict(state)
    for key, value in changes.items():
        fields = getattr(value, "fields", None)
        after[key] = value if fields is None else {**(state.get(key) or value), **fields}
    return after


def distinct(states):
    kept = []
    for state in states:
        if state not in kept:
            kept.append(state)
    return kept


def export(state):
    """What an export shows of a state: living records, and of their parents the living ones."""
    living = {key[1] for key, value in state.items() if key[0] == "work" and visible(value) is not None}
    return {key: {**value, "parents": [p for p in value["parents"] if p in living]} if key[0] == "work" else value
            for key, value in state.items() if visible(value) is not None}


def visible(value):
    """The text of a record that an export shows; None for one that is absent or was taken down."""
    return None if value is None or value.get("state", "live") != "live" else value["text"]


def first_difference(expected, found):
    lost = [key for key in expected if key not in found]
    new = [key for key in found if key not in expected]
    changed = [key for key in expected if key in found and expected[key] != found[key]]
    example = next(iter(lost + changed + new))
    return (f"{len(lost)} lost, {len(changed)} different, {len(new)} not written; {example}: "
            f"expected {expected.get(example)}, found {found.get(example)}")


def main():
    from service import Amended, Write

    seed = int(sys.argv[1]) if len(sys.argv) > 1 else random.SystemRandom().randrange(1 << 30)
    rng = random.Random(seed)
    caught = 0
    for _ in range(2000):
        # A client that writes, changes and takes down records; some requests are refused, of which some are done.
        truth, known, ledger = {}, {}, []
        for number in range(rng.randint(1, 25)):
            living = [key for key, value in known.items() if value["state"] == "live"]
            if living and rng.random() < 0.6:
                key = rng.choice(living)
                fields = {"state": "hidden"} if rng.random() < 0.3 else {"text": f"changed {number}"}
                changes = {key: Amended(known[key], fields)}
            else:
                changes = {("work", f"w-{number}-{item}"): {
                    "text": f"text {number}", "state": "live",
                    "parents": sorted(key[1] for key in rng.sample(living, min(len(living), 2)))}
                    for item in range(rng.randint(1, 3))}
            write = Write(changes, number)
            write.status = rng.choice([200, 200, 201, 404, 500, 507, None])
            ledger.append(write)
            refused = write.status is None or write.status >= 500
            if write.status in (200, 201):
                known = apply(known, changes)
            if write.status in (200, 201) or refused and rng.random() < 0.5:
                truth = apply(truth, changes)
            if write.status is None:
                break
        found = export(truth)
        assert judge([ledger], found) is None, f"seed {seed}: a store that is as it should be was refused"
        # Half of a batch, a lost record, another text, a record of nobody: each must be told.
        certain = {key for key in found if not any(
            key in write.changes and (write.status is None or write.status >= 500) for write in ledger)}
        for key in sorted(certain)[:3]:
            lost = {other: value for other, value in found.items() if other != key}
            assert judge([ledger], lost), f"seed {seed}: a lost record was not noticed"
            assert judge([ledger], {**found, key: {**found[key], "text": "another"}}), f"seed {seed}: another text"
            caught += 2
        assert judge([ledger], {**found, ("work", "nobody"): {"text": "", "parents": [], "state": "live"}})
        for write in ledger:
            there = [key for key in write.changes if key in found]
            if len(write.changes) > 1 and len(there) == len(write.changes) and there[0] not in certain \
                    and sum(there[0] in other.changes for other in ledger) == 1:
                half = {other: value for other, value in found.items() if other != there[0]}
                assert judge([ledger], half), f"seed {seed}: half of a batch was not noticed"
                caught += 1
    print(f"the judge accepts 2000 sound stores and tells {caught} broken ones (seed {seed})")


if __name__ == "__main__":
    main()
