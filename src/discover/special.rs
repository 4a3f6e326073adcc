//! What stands among files and is none.

use std::fs::FileType;
use std::path::Path;

/// A stream that the shell has opened for us, as in `plimsoll lint <(helm template .)`: it has a writer, so that
/// reading it ends. Any other pipe could wait for ever.
pub(super) fn is_open_stream(path: &Path) -> bool {
    path == Path::new("/dev/stdin") || path.starts_with("/dev/fd") || path.starts_with("/proc/self/fd")
}

#[cfg(unix)]
pub(super) fn sort_of(sort: FileType) -> &'static str {
    use std::os::unix::fs::FileTypeExt;
    if sort.is_fifo() {
        "a named pipe"
    } else if sort.is_socket() {
        "a socket"
    } else {
        "a device"
    }
}

#[cfg(not(unix))]
pub(super) fn sort_of(_: FileType) -> &'static str {
    "a device"
}
