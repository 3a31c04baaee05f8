"""Disks as a power failure may leave them, made from what `shim.c` recorded.

What is known of a disk is what POSIX promises: bytes of a file after its fsync, names in a directory after the directory's
fsync. Everything later is pending, and any of it may be there: each write alone, whole or in some of its sectors, and a
beginning of the changes of names, which file systems keep in order.
"""
import os
import struct

HEAD = struct.Struct("<BBHiQQ")
SECTOR = 512


class Op:
    __slots__ = ("kind", "flags", "fd", "offset", "length", "path", "data", "end")

    def __init__(self, kind, flags, fd, offset, length, path, data, end):
        self.kind, self.flags, self.fd, self.offset = kind, flags, fd, offset
        self.length, self.path, self.data, self.end = length, path, data, end


def read_log(path):
    """All operations in order. `end` is the size that the log had once the operation was in it."""
    with open(path, "rb") as file:
        log = memoryview(file.read())
    ops, at = [], 0
    while at < len(log):
        kind, flags, path_length, fd, offset, length = HEAD.unpack_from(log, at)
        at += HEAD.size
        name = bytes(log[at:at + path_length]).decode()
        at += path_length
        data = None
        if chr(kind) == "W":
            data = log[at:at + length]
            at += length
        ops.append(Op(chr(kind), flags, fd, offset, length, name, data, at))
    return ops


class File:
    def __init__(self):
        self.synced = bytearray()
        self.pending = []  # (offset, bytes) or (length, None) for a truncation

    def sync(self):
        for offset, data in self.pending:
            if data is None:
                del self.synced[offset:]
                self.synced.extend(bytes(offset - len(self.synced)))
            else:
                if len(self.synced) < offset:
                    self.synced.extend(bytes(offset - len(self.synced)))
                self.synced[offset:offset + len(data)] = data
        self.pending = []


class Disk:
    """The state while a recording is replayed.

    `ignore` tells of the syncs that are to be taken for empty promises: a function of the name of what is synced. It makes
    the controls, which must lose writes.
    """

    def __init__(self, ignore=lambda name: False):
        self.ignore = ignore
        self.names = {}  # as the program sees them
        self.synced_names = {}
        self.pending_names = []
        self.descriptors = {}

    def apply(self, op):
        if op.kind == "O":
            if op.path == ".":
                self.descriptors[op.fd] = "."
                return
            if op.path not in self.names or op.flags & 1:
                self.names[op.path] = File()
                self.pending_names.append(("make", op.path, self.names[op.path]))
            elif op.flags & 2:
                self.names[op.path].pending.append((0, None))
            self.descriptors[op.fd] = self.names[op.path]
            self.names[op.path].name = op.path
        elif op.kind == "C":
            self.descriptors.pop(op.fd, None)
        elif op.kind == "W":
            self.descriptors[op.fd].pending.append((op.offset, op.data))
        elif op.kind == "T":
            self.descriptors[op.fd].pending.append((op.offset, None))
        elif op.kind == "S":
            target = self.descriptors[op.fd]
            if self.ignore("." if target == "." else target.name):
                return
            if target == ".":
                for change in self.pending_names:
                    self.change(self.synced_names, change)
                self.pending_names = []
            else:
                target.sync()
        elif op.kind in "RL":
            old, new = op.path.split("\0")
            file = self.names[old]
            file.name = new
            self.rename_or_link(op.kind, old, new, file)
        elif op.kind == "U":
            self.names.pop(op.path, None)
            self.pending_names.append(("drop", op.path, None))

    def rename_or_link(self, kind, old, new, file):
        self.names[new] = file
        if kind == "R":
            del self.names[old]
        self.pending_names.append(("rename" if kind == "R" else "make", old + "\0" + new if kind == "R" else new, file))

    @staticmethod
    def change(names, change):
        what, path, file = change
        if what == "make":
            names[path] = file
        elif what == "drop":
            names.pop(path, None)
        else:
            old, new = path.split("\0")
            names.pop(old, None)
            names[new] = file

    def write(self, folder, rng):
        """Writes one of the possible disks into an empty folder. Returns what was chosen, for the report."""
        chance = rng.choice([0.0, 0.5, 0.5, 0.9, 1.0])
        torn = rng.choice([0, 0, SECTOR, 4096])
        names = dict(self.synced_names)
        kept = rng.choice([0, len(self.pending_names), rng.randint(0, len(self.pending_names))])
        for change in self.pending_names[:kept]:
            self.change(names, change)
        for name, file in names.items():
            with open(os.path.join(folder, name), "wb") as output:
                output.write(file.synced)
                for offset, data in file.pending:
                    if rng.random() >= chance:
                        continue
                    if data is None:
                        output.truncate(offset)
                    elif not torn:
                        output.seek(offset)
                        output.write(data)
                    else:
                        self.write_torn(output, offset, data, torn, rng)
        return f"chance {chance}, torn {torn}, {kept} of {len(self.pending_names)} names"

    @staticmethod
    def write_torn(output, offset, data, sector, rng):
        """Some sectors of a write; the file is as long as if all had come."""
        start = 0
        while start < len(data):
            end = min(len(data), (offset + start) // sector * sector + sector - offset)
            if rng.random() < 0.5:
                output.seek(offset + start)
                output.write(data[start:end])
            start = end
        output.seek(0, os.SEEK_END)
        if output.tell() < offset + len(data):
            output.truncate(offset + len(data))
