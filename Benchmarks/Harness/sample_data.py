#!/usr/bin/env python3
"""A small real set from the sample works in Fixtures, for machines without the large data: latent semantic analysis.

    sample_data.py [--cache DIR]      prints the folder

11,027 short texts: words counted, weighted by inverse document frequency, projected on the 128 strongest directions of the
term-document matrix (randomized SVD, seeded: Halko, Martinsson and Tropp 2011), normalized. 500 texts are held out as queries.
"""
import argparse
import gzip
import json
import os
import re
import sys
from collections import Counter

import numpy as np

import datasets
from exact_neighbors import normalized

CATALOG = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "Fixtures", "catalog", "essences.jsonl.gz")
DIMENSION = 128
VERSION = 1


def texts(path=CATALOG):
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for line in file:
            work = json.loads(line)
            yield f"{work['text']} {' '.join(work['tags'])}"


def vectors(documents, dimension, random):
    words = [Counter(re.findall(r"[a-z]{2,}", text.lower())) for text in documents]
    frequency = Counter(word for counts in words for word in counts)
    kept = {word: index for index, word in enumerate(sorted(word for word in frequency if frequency[word] >= 4))}
    matrix = np.zeros((len(words), len(kept)), "f4")
    for row, counts in enumerate(words):
        for word, count in counts.items():
            if word in kept:
                matrix[row, kept[word]] = (1 + np.log(count)) * np.log(len(words) / frequency[word])
    matrix = normalized(matrix)
    basis = np.linalg.qr(matrix @ random.standard_normal((len(kept), dimension + 16)).astype("f4"))[0]
    for _ in range(3):
        basis = np.linalg.qr(matrix @ (matrix.T @ basis))[0]
    left, strength, _ = np.linalg.svd(basis.T @ matrix, full_matrices=False)
    return normalized((basis @ left[:, :dimension]) * strength[:dimension])


def folder(cache):
    """The set's folder, made now unless it is there."""
    place = os.path.join(cache, f"sample-v{VERSION}")
    if not datasets.is_ready(place):
        random = np.random.default_rng(7)
        rows = vectors(list(texts()), DIMENSION, random)
        order = random.permutation(len(rows))
        datasets.write(place, rows[order[500:]], rows[order[:500]], None, "ip", "sample_data.py: Fixtures/catalog")
    return place


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cache", default=datasets.cache_folder())
    try:
        print(folder(parser.parse_args().cache))
    except OSError as error:
        sys.exit(f"sample_data: {error}")


if __name__ == "__main__":
    main()
