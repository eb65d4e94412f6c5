/*
 * LD_PRELOAD: a machine whose wall clock jumps and whose disk fails, as the file CONTROL says while the process runs:
 *
 *   <seconds to add to the wall clock> <failures per thousand writes and syncs below DISK>
 *
 * A write that fails has written half before, as on a disk that fills up. The monotonic clock stays as it is.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#define REAL(name) \
  static __typeof__(&name) real; \
  if (!real) real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

static __thread int is_reading;

static void control(long *clock_s, long *failures) {
  char text[64] = "";
  *clock_s = *failures = 0;
  const char *path = getenv("CONTROL");
  if (!path || is_reading) return;
  is_reading = 1;
  int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file >= 0) {
    ssize_t size = read(file, text, sizeof text - 1);
    close(file);
    if (size > 0) sscanf(text, "%ld %ld", clock_s, failures);
  }
  is_reading = 0;
}

int clock_gettime(clockid_t id, struct timespec *time) {
  REAL(clock_gettime);
  int result = real(id, time);
  if (result == 0 && (id == CLOCK_REALTIME || id == CLOCK_REALTIME_COARSE)) {
    long clock_s, failures;
    control(&clock_s, &failures);
    time->tv_sec += clock_s;
  }
  return result;
}

int gettimeofday(struct timeval *restrict time, void *restrict zone) {
  REAL(gettimeofday);
  int result = real(time, zone);
  if (result == 0) {
    long clock_s, failures;
    control(&clock_s, &failures);
    time->tv_sec += clock_s;
  }
  return result;
}

/* Whether a call for this file fails now. */
static int fails(int file) {
  const char *disk = getenv("DISK");
  long clock_s, failures;
  if (!disk) return 0;
  control(&clock_s, &failures);
  if (failures == 0 || random() % 1000 >= failures) return 0;
  char link[64], path[PATH_MAX];
  snprintf(link, sizeof link, "/proc/self/fd/%d", file);
  ssize_t size = readlink(link, path, sizeof path - 1);
  if (size < 0) return 0;
  path[size] = 0;
  return strncmp(path, disk, strlen(disk)) == 0;
}

static int failed(int code) {
  errno = code;
  return -1;
}

ssize_t write(int file, const void *bytes, size_t size) {
  REAL(write);
  if (!fails(file)) return real(file, bytes, size);
  real(file, bytes, size / 2);
  return failed(ENOSPC);
}

ssize_t writev(int file, const struct iovec *parts, int count) {
  REAL(writev);
  return fails(file) ? failed(ENOSPC) : real(file, parts, count);
}

int fsync(int file) {
  REAL(fsync);
  return fails(file) ? failed(EIO) : real(file);
}

int fdatasync(int file) {
  REAL(fdatasync);
  return fails(file) ? failed(EIO) : real(file);
}
