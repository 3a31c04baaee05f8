// Stands between a program and its disk: records what it does to the files of one directory, or makes one call fail.
//
//   cc -O2 -shared -fPIC -o shim.so shim.c -ldl -lpthread
//   SHIM_DIR=/data SHIM_LOG=/tmp/log LD_PRELOAD=./shim.so arcanea serve --data /data
//   SHIM_DIR=/data SHIM_FAULT=fsync:7:eio SHIM_REPORT=/tmp/report LD_PRELOAD=./shim.so arcanea serve --data /data
//
// Record in the log, little-endian: op u8 | flags u8 | path length u16 | fd i32 | offset u64 | length u64 | path | data.
//   O open (flags: 1 made, 2 emptied)   C close   W write   T truncate to `offset`   S fsync or fdatasync
//   R rename (path: old NUL new)   U unlink   M mkdir   L link (path: old NUL new)
// The call and its record happen under one lock, so that the order of records is the order of calls.
//
// Fault: CLASS:N:KIND makes the N-th call of a class fail, once; N+ makes that one and all later ones fail.
//   CLASS  fsync | write | open | rename | unlink | truncate
//   KIND   eio | enospc | short (writes: half is written, as write(2) may do) | torn (half is written, or nothing of
//          what lies in one sector, then SIGKILL)
//          | kill (SIGKILL before the call)
// What fired, and each sync after it, is reported with the time of the monotonic clock.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#define FD_MAX 4096
#define SECTOR 512

enum { OTHER, FILE_FD, IGNORED };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char *names[FD_MAX];
static char dir[PATH_MAX];
static size_t dir_length;
static int log_fd = -1, report_fd = -1;
static char fault_class[16], fault_kind[16];
static long fault_at, fault_count;
static int fault_sticky, fired;

static int (*real_open)(const char *, int, ...);
static int (*real_openat)(int, const char *, int, ...);
static int (*real_close)(int);
static ssize_t (*real_write)(int, const void *, size_t);
static ssize_t (*real_pwrite)(int, const void *, size_t, off_t);
static ssize_t (*real_writev)(int, const struct iovec *, int);
static int (*real_ftruncate)(int, off_t);
static int (*real_fsync)(int);
static int (*real_fdatasync)(int);
static int (*real_rename)(const char *, const char *);
static int (*real_unlink)(const char *);
static int (*real_mkdir)(const char *, mode_t);
static int (*real_link)(const char *, const char *);

__attribute__((constructor)) static void start(void) {
    if (real_open) return;
    real_openat = dlsym(RTLD_NEXT, "openat");
    real_close = dlsym(RTLD_NEXT, "close");
    real_write = dlsym(RTLD_NEXT, "write");
    real_pwrite = dlsym(RTLD_NEXT, "pwrite64");
    real_writev = dlsym(RTLD_NEXT, "writev");
    real_ftruncate = dlsym(RTLD_NEXT, "ftruncate64");
    real_fsync = dlsym(RTLD_NEXT, "fsync");
    real_fdatasync = dlsym(RTLD_NEXT, "fdatasync");
    real_rename = dlsym(RTLD_NEXT, "rename");
    real_unlink = dlsym(RTLD_NEXT, "unlink");
    real_mkdir = dlsym(RTLD_NEXT, "mkdir");
    real_link = dlsym(RTLD_NEXT, "link");
    real_open = dlsym(RTLD_NEXT, "open");
    const char *value = getenv("SHIM_DIR");
    if (!value) return;
    snprintf(dir, sizeof dir, "%s", value);
    dir_length = strlen(dir);
    if ((value = getenv("SHIM_LOG"))) log_fd = real_open(value, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if ((value = getenv("SHIM_REPORT"))) report_fd = real_open(value, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if ((value = getenv("SHIM_FAULT"))) {
        char count[32] = "";
        sscanf(value, "%15[^:]:%31[^:]:%15s", fault_class, count, fault_kind);
        fault_at = atol(count);
        fault_sticky = strchr(count, '+') != NULL;
    }
}

// The part of a path inside the directory; NULL for paths elsewhere and for files that a crash test must not judge: the
// shared memory of SQLite's log, which is made again from it, and the lock.
static const char *inside(const char *path) {
    if (!dir_length || strncmp(path, dir, dir_length) != 0) return NULL;
    const char *rest = path + dir_length;
    if (*rest == 0) return ".";
    if (*rest != '/') return NULL;
    while (*rest == '/') rest++;
    if (*rest == 0) return ".";
    size_t length = strlen(rest);
    if ((length >= 4 && strcmp(rest + length - 4, "-shm") == 0) || strcmp(rest, "lock") == 0) return NULL;
    return rest;
}

static const char *name_of(int fd) { return fd >= 0 && fd < FD_MAX ? names[fd] : NULL; }

static void record(char op, int flags, int fd, uint64_t offset, uint64_t length, const char *path, size_t path_length,
                   const void *data) {
    if (log_fd < 0) return;
    unsigned char head[24];
    uint16_t short_length = (uint16_t)path_length;
    head[0] = (unsigned char)op;
    head[1] = (unsigned char)flags;
    memcpy(head + 2, &short_length, 2);
    memcpy(head + 4, &fd, 4);
    memcpy(head + 8, &offset, 8);
    memcpy(head + 16, &length, 8);
    struct iovec parts[3] = {{head, 24}, {(void *)path, path_length}, {(void *)data, data ? length : 0}};
    // The log is a plain file on a disk with room: a short write would make the recording worthless.
    ssize_t wanted = 24 + (ssize_t)path_length + (data ? (ssize_t)length : 0);
    if (real_writev(log_fd, parts, 3) != wanted) abort();
}

static void report(const char *what, const char *path) {
    if (report_fd < 0) return;
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    char line[PATH_MAX + 64];
    int length = snprintf(line, sizeof line, "%ld.%09ld %s %s\n", (long)now.tv_sec, now.tv_nsec, what, path);
    if (real_write(report_fd, line, (size_t)length) < 0) return;
}

// Whether this call is to fail. Kills at once when that is the fault.
static int strikes(const char *class, const char *path) {
    if (fired && strcmp(class, "fsync") == 0) report("after", path);
    if (!fault_at || strcmp(class, fault_class) != 0) return 0;
    fault_count++;
    if (fault_count != fault_at && !(fault_sticky && fault_count > fault_at)) return 0;
    if (!fired) report("fault", path);
    fired = 1;
    if (strcmp(fault_kind, "kill") == 0) kill(getpid(), SIGKILL);
    errno = strcmp(fault_kind, "enospc") == 0 ? ENOSPC : EIO;
    return 1;
}

static int is_partial(void) { return strcmp(fault_kind, "short") == 0 || strcmp(fault_kind, "torn") == 0; }

static int opened(int fd, const char *path, const char *name, int flags, int existed) {
    if (fd < 0 || fd >= FD_MAX) return fd;
    free(names[fd]);
    names[fd] = strdup(name);
    int made = (flags & O_CREAT) && !existed;
    record('O', made | (flags & O_TRUNC ? 2 : 0), fd, 0, 0, name, strlen(name), NULL);
    (void)path;
    return fd;
}

static int open_common(int at, const char *path, int flags, mode_t mode) {
    start();
    const char *name = at == AT_FDCWD || path[0] == '/' ? inside(path) : NULL;
    if (!name) return real_openat(at, path, flags, mode);
    pthread_mutex_lock(&lock);
    int fd = -1;
    if (!strikes("open", name)) {
        struct stat status;
        int existed = stat(path, &status) == 0;
        fd = opened(real_openat(at, path, flags, mode), path, name, flags, existed);
    }
    int error = errno;
    pthread_mutex_unlock(&lock);
    errno = error;
    return fd;
}

#define MODE(flags)                                   \
    mode_t mode = 0;                                  \
    if ((flags) & (O_CREAT | O_TMPFILE)) {            \
        va_list rest;                                 \
        va_start(rest, flags);                        \
        mode = va_arg(rest, mode_t);                  \
        va_end(rest);                                 \
    }

int open(const char *path, int flags, ...) { MODE(flags) return open_common(AT_FDCWD, path, flags, mode); }
int open64(const char *path, int flags, ...) { MODE(flags) return open_common(AT_FDCWD, path, flags, mode); }
int openat(int at, const char *path, int flags, ...) { MODE(flags) return open_common(at, path, flags, mode); }
int openat64(int at, const char *path, int flags, ...) { MODE(flags) return open_common(at, path, flags, mode); }
int creat(const char *path, mode_t mode) { return open_common(AT_FDCWD, path, O_WRONLY | O_CREAT | O_TRUNC, mode); }

int close(int fd) {
    start();
    pthread_mutex_lock(&lock);
    if (name_of(fd)) {
        record('C', 0, fd, 0, 0, "", 0, NULL);
        free(names[fd]);
        names[fd] = NULL;
    }
    int result = real_close(fd);
    int error = errno;
    pthread_mutex_unlock(&lock);
    errno = error;
    return result;
}

static ssize_t write_common(int fd, const void *bytes, size_t count, off_t offset) {
    const char *name = name_of(fd);
    int strike = strikes("write", name);
    if (strike && !is_partial()) return -1;
    if (offset < 0) offset = lseek(fd, 0, SEEK_CUR);
    int torn = strike && strcmp(fault_kind, "torn") == 0;
    // Disks write a sector whole or not at all.
    if (torn && offset / SECTOR == (offset + (off_t)count - 1) / SECTOR) kill(getpid(), SIGKILL);
    if (strike) count = count / 2 ? count / 2 : 1;
    ssize_t written = real_pwrite(fd, bytes, count, offset);
    if (written > 0) record('W', 0, fd, (uint64_t)offset, (uint64_t)written, "", 0, bytes);
    if (torn) kill(getpid(), SIGKILL);
    return written;
}

ssize_t write(int fd, const void *bytes, size_t count) {
    start();
    if (!name_of(fd)) return real_write(fd, bytes, count);
    pthread_mutex_lock(&lock);
    ssize_t written = write_common(fd, bytes, count, -1);
    if (written > 0) lseek(fd, written, SEEK_CUR);
    int error = errno;
    pthread_mutex_unlock(&lock);
    errno = error;
    return written;
}

ssize_t pwrite64(int fd, const void *bytes, size_t count, off64_t offset) {
    start();
    if (!name_of(fd)) return real_pwrite(fd, bytes, count, offset);
    pthread_mutex_lock(&lock);
    ssize_t written = write_common(fd, bytes, count, offset);
    int error = errno;
    pthread_mutex_unlock(&lock);
    errno = error;
    return written;
}

ssize_t pwrite(int fd, const void *bytes, size_t count, off_t offset) { return pwrite64(fd, bytes, count, offset); }

ssize_t writev(int fd, const struct iovec *parts, int count) {
    start();
    if (!name_of(fd)) return real_writev(fd, parts, count);
    ssize_t total = 0;
    for (int part = 0; part < count; part++) {
        ssize_t written = write(fd, parts[part].iov_base, parts[part].iov_len);
        if (written < 0) return total > 0 ? total : -1;
        total += written;
        if ((size_t)written < parts[part].iov_len) break;
    }
    return total;
}

int ftruncate64(int fd, off64_t length) {
    start();
    if (!name_of(fd)) return real_ftruncate(fd, length);
    pthread_mutex_lock(&lock);
    int result = strikes("truncate", name_of(fd)) ? -1 : real_ftruncate(fd, length);
    if (result == 0) record('T', 0, fd, (uint64_t)length, 0, "", 0, NULL);
    int error = errno;
    pthread_mutex_unlock(&lock);
    errno = error;
    return result;
}

int ftruncate(int fd, off_t length) { return ftruncate64(fd, length); }

static int sync_common(int fd, int (*real)(int)) {
    pthread_mutex_lock(&lock);
    int result = strikes("fsync", name_of(fd)) ? -1 : real(fd);
    if (result == 0) record('S', 0, fd, 0, 0, "", 0, NULL);
    int error = errno;
    pthread_mutex_unlock(&lock);
    errno = error;
    return result;
}

int fsync(int fd) {
    start();
    return name_of(fd) ? sync_common(fd, real_fsync) : real_fsync(fd);
}

int fdatasync(int fd) {
    start();
    return name_of(fd) ? sync_common(fd, real_fdatasync) : real_fdatasync(fd);
}

// Both names of a rename or link, which are inside together or not at all.
static int two_names(char op, const char *class, const char *from, const char *to,
                     int (*real)(const char *, const char *)) {
    start();
    const char *old_name = inside(from), *new_name = inside(to);
    if (!old_name || !new_name) return real(from, to);
    pthread_mutex_lock(&lock);
    int result = strikes(class, new_name) ? -1 : real(from, to);
    int error = errno;
    if (result == 0) {
        char both[2 * PATH_MAX];
        size_t first = strlen(old_name) + 1, second = strlen(new_name);
        memcpy(both, old_name, first);
        memcpy(both + first, new_name, second);
        record(op, 0, -1, 0, 0, both, first + second, NULL);
    }
    pthread_mutex_unlock(&lock);
    errno = error;
    return result;
}

int rename(const char *from, const char *to) { start(); return two_names('R', "rename", from, to, real_rename); }
int link(const char *from, const char *to) { start(); return two_names('L', "link", from, to, real_link); }

int unlink(const char *path) {
    start();
    const char *name = inside(path);
    if (!name) return real_unlink(path);
    pthread_mutex_lock(&lock);
    int result = strikes("unlink", name) ? -1 : real_unlink(path);
    int error = errno;
    if (result == 0) record('U', 0, -1, 0, 0, name, strlen(name), NULL);
    pthread_mutex_unlock(&lock);
    errno = error;
    return result;
}

int mkdir(const char *path, mode_t mode) {
    start();
    const char *name = inside(path);
    if (!name) return real_mkdir(path, mode);
    pthread_mutex_lock(&lock);
    int result = real_mkdir(path, mode);
    int error = errno;
    if (result == 0) record('M', 0, -1, 0, 0, name, strlen(name), NULL);
    pthread_mutex_unlock(&lock);
    errno = error;
    return result;
}
