/*
 * A disk that can fail and that remembers, for processes of tests: preloaded (LD_PRELOAD) it stands between a process
 * and the C library's file calls, for files below FAULT_DIR only.
 *
 * FAULT_CONTROL names a file of 64 bytes, mapped and read at each call (little-endian int32):
 *   0 errno of writes     1 how often (-1: until told otherwise)   2 errno of syncs   3 how often
 *   4 delay of syncs, ms  5 errno of reads   6 how often           7 errno of opens   8 how often
 *   9 1: a failing write leaves half of its bytes behind           counted here: 12 writes, 13 syncs, 14 faults
 * FAULT_RECORD names a file to which every change is appended, in the order in which it was done, and everything that
 * is written to standard output as an acknowledgment: { u8 op, u16 path bytes, u64 number, u32 data bytes } path data.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { OP_WRITE = 1, OP_SYNC, OP_TRUNCATE, OP_UNLINK, OP_RENAME, OP_CREATE, OP_ACK, OP_DIRSYNC, OP_FAILED_SYNC };
enum { WRITE_ERRNO, WRITE_TIMES, SYNC_ERRNO, SYNC_TIMES, SYNC_DELAY, READ_ERRNO, READ_TIMES, OPEN_ERRNO, OPEN_TIMES,
       IS_TORN, WRITES = 12, SYNCS, FAULTS };

static const char *dir;
static size_t dir_bytes;
static volatile int32_t *control;
static int record_fd = -1;
static pthread_mutex_t order = PTHREAD_MUTEX_INITIALIZER;

#define REAL(result, name, ...) static result (*real_##name)(__VA_ARGS__)
REAL(ssize_t, write, int, const void *, size_t);
REAL(ssize_t, pwrite64, int, const void *, size_t, off64_t);
REAL(ssize_t, pread64, int, void *, size_t, off64_t);
REAL(int, fsync, int);
REAL(int, fdatasync, int);
REAL(int, ftruncate64, int, off64_t);
REAL(int, unlink, const char *);
REAL(int, rename, const char *, const char *);
REAL(int, open64, const char *, int, ...);

static void find_real(void) {
#define FIND(name) real_##name = dlsym(RTLD_NEXT, #name)
  FIND(write); FIND(pwrite64); FIND(pread64); FIND(fsync); FIND(fdatasync); FIND(ftruncate64); FIND(unlink);
  FIND(rename); FIND(open64);
}

__attribute__((constructor)) static void begin(void) {
  find_real();
  dir = getenv("FAULT_DIR");
  if (!dir) return;
  dir_bytes = strlen(dir);
  const char *control_path = getenv("FAULT_CONTROL");
  if (control_path) {
    int fd = real_open64(control_path, O_RDWR | O_CLOEXEC);
    void *mapped = fd < 0 ? MAP_FAILED : mmap(0, 64, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (mapped != MAP_FAILED) control = mapped;
  }
  const char *record_path = getenv("FAULT_RECORD");
  if (record_path) record_fd = real_open64(record_path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

/* Shared memory of SQLite and the server's lock do not outlive a machine. */
static int is_ours(const char *path) {
  if (!dir || strncmp(path, dir, dir_bytes) != 0) return 0;
  size_t bytes = strlen(path);
  return !(bytes > 4 && strcmp(path + bytes - 4, "-shm") == 0) && strstr(path + dir_bytes, ".lock") == 0;
}

static int path_of(int fd, char *path) {
  if (!dir) return 0;
  char link[40];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t bytes = readlink(link, path, PATH_MAX - 1);
  if (bytes <= 0) return 0;
  path[bytes] = 0;
  return is_ours(path);
}

static void note(uint8_t op, const char *path, uint64_t number, const void *data, uint32_t bytes) {
  if (record_fd < 0) return;
  uint16_t path_bytes = (uint16_t)strlen(path);
  size_t total = 15 + path_bytes + (size_t)bytes;
  unsigned char *entry = malloc(total);
  entry[0] = op;
  memcpy(entry + 1, &path_bytes, 2);
  memcpy(entry + 3, &number, 8);
  memcpy(entry + 11, &bytes, 4);
  memcpy(entry + 15, path, path_bytes);
  memcpy(entry + 15 + path_bytes, data, bytes);
  if (real_write(record_fd, entry, total) != (ssize_t)total) abort();
  free(entry);
}

/* The errno to fail with now, or 0. */
static int fault(int which) {
  if (!control || control[which] == 0 || control[which + 1] == 0) return 0;
  if (control[which + 1] > 0) control[which + 1]--;
  control[FAULTS]++;
  return control[which];
}

static ssize_t write_at(int fd, const char *path, const void *data, size_t bytes, off64_t offset, int is_plain) {
  pthread_mutex_lock(&order);
  if (control) control[WRITES]++;
  int failure = fault(WRITE_ERRNO);
  size_t wanted = failure ? (control[IS_TORN] ? bytes / 2 : 0) : bytes;
  ssize_t done = 0;
  if (wanted > 0) done = is_plain ? real_write(fd, data, wanted) : real_pwrite64(fd, data, wanted, offset);
  int error = errno;
  if (done > 0) note(OP_WRITE, path, (uint64_t)offset, data, (uint32_t)done);
  pthread_mutex_unlock(&order);
  errno = failure ? failure : error;
  return failure ? -1 : done;
}

ssize_t write(int fd, const void *data, size_t bytes) {
  char path[PATH_MAX];
  if (fd == 1 && record_fd >= 0) {
    pthread_mutex_lock(&order);
    ssize_t done = real_write(fd, data, bytes);
    if (done > 0) note(OP_ACK, "", 0, data, (uint32_t)done);
    pthread_mutex_unlock(&order);
    return done;
  }
  if (!path_of(fd, path)) return real_write(fd, data, bytes);
  int is_append = (fcntl(fd, F_GETFL) & O_APPEND) != 0;
  struct stat found;
  off64_t offset = is_append && fstat(fd, &found) == 0 ? found.st_size : lseek(fd, 0, SEEK_CUR);
  return write_at(fd, path, data, bytes, offset, 1);
}

ssize_t pwrite64(int fd, const void *data, size_t bytes, off64_t offset) {
  char path[PATH_MAX];
  if (!path_of(fd, path)) return real_pwrite64(fd, data, bytes, offset);
  return write_at(fd, path, data, bytes, offset, 0);
}
ssize_t pwrite(int fd, const void *data, size_t bytes, off_t offset) { return pwrite64(fd, data, bytes, offset); }

ssize_t pread64(int fd, void *data, size_t bytes, off64_t offset) {
  char path[PATH_MAX];
  int failure = control && control[READ_ERRNO] && path_of(fd, path) ? fault(READ_ERRNO) : 0;
  if (!failure) return real_pread64(fd, data, bytes, offset);
  errno = failure;
  return -1;
}
ssize_t pread(int fd, void *data, size_t bytes, off_t offset) { return pread64(fd, data, bytes, offset); }

static int sync_with(int fd, int (*real)(int)) {
  char path[PATH_MAX];
  if (!path_of(fd, path)) return real(fd);
  if (control) control[SYNCS]++;
  if (control && control[SYNC_DELAY] > 0) {
    struct timespec pause = {control[SYNC_DELAY] / 1000, (control[SYNC_DELAY] % 1000) * 1000000L};
    nanosleep(&pause, 0);
  }
  struct stat found;
  int is_dir = fstat(fd, &found) == 0 && S_ISDIR(found.st_mode);
  pthread_mutex_lock(&order);
  int failure = fault(SYNC_ERRNO);
  int result = failure ? -1 : real(fd);
  int error = failure ? failure : errno;
  if (result == 0) note(is_dir ? OP_DIRSYNC : OP_SYNC, path, 0, "", 0);
  else note(OP_FAILED_SYNC, path, 0, "", 0);
  pthread_mutex_unlock(&order);
  errno = error;
  return result;
}
int fsync(int fd) { return sync_with(fd, real_fsync); }
int fdatasync(int fd) { return sync_with(fd, real_fdatasync); }

int ftruncate64(int fd, off64_t size) {
  char path[PATH_MAX];
  if (!path_of(fd, path)) return real_ftruncate64(fd, size);
  pthread_mutex_lock(&order);
  int result = real_ftruncate64(fd, size);
  if (result == 0) note(OP_TRUNCATE, path, (uint64_t)size, "", 0);
  pthread_mutex_unlock(&order);
  return result;
}
int ftruncate(int fd, off_t size) { return ftruncate64(fd, size); }

int unlink(const char *path) {
  pthread_mutex_lock(&order);
  int result = real_unlink(path);
  if (result == 0 && is_ours(path)) note(OP_UNLINK, path, 0, "", 0);
  pthread_mutex_unlock(&order);
  return result;
}

int rename(const char *from, const char *to) {
  pthread_mutex_lock(&order);
  int result = real_rename(from, to);
  if (result == 0 && is_ours(from)) note(OP_RENAME, from, 0, to, (uint32_t)strlen(to));
  pthread_mutex_unlock(&order);
  return result;
}

int open64(const char *path, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  mode_t mode = flags & O_CREAT ? va_arg(rest, mode_t) : 0;
  va_end(rest);
  if (!real_open64) find_real();
  if (!is_ours(path)) return real_open64(path, flags, mode);
  int failure = fault(OPEN_ERRNO);
  if (failure) {
    errno = failure;
    return -1;
  }
  pthread_mutex_lock(&order);
  int is_new = (flags & O_CREAT) && access(path, F_OK) != 0;
  int fd = real_open64(path, flags, mode);
  int error = errno;
  if (fd >= 0 && is_new) note(OP_CREATE, path, 0, "", 0);
  else if (fd >= 0 && (flags & O_TRUNC)) note(OP_TRUNCATE, path, 0, "", 0);
  pthread_mutex_unlock(&order);
  errno = error;
  return fd;
}
int open(const char *path, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  mode_t mode = flags & O_CREAT ? va_arg(rest, mode_t) : 0;
  va_end(rest);
  return open64(path, flags, mode);
}
