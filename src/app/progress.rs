//! One line that says how far a long run is. It comes late, and is gone before the results.

use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

/// The line, from `start` until it is dropped.
pub(super) struct Progress {
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Progress {
    /// Draws from `delay` on how many of `total` files are `done`: `what` is what happens to them.
    pub(super) fn start(
        mut out: impl Write + Send + 'static,
        what: &'static str,
        total: usize,
        done: Arc<AtomicUsize>,
        delay: Duration,
    ) -> Self {
        let (stop, stopped) = channel::<()>();
        let draw = move || {
            let mut wait = delay;
            let mut drawn = false;
            while stopped.recv_timeout(wait) == Err(RecvTimeoutError::Timeout) {
                let line = format!("\r\u{1b}[Kfiles {what}: {} of {total}", done.load(Relaxed));
                let _ = out.write_all(line.as_bytes()).and_then(|()| out.flush());
                drawn = true;
                wait = delay / 10;
            }
            if drawn {
                let _ = out.write_all(b"\r\x1b[K").and_then(|()| out.flush());
            }
        };
        Self { stop: Some(stop), thread: std::thread::Builder::new().spawn(draw).ok() }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.stop.take();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::sync::Mutex;

    use super::*;

    #[derive(Clone, Default)]
    struct Screen(Arc<Mutex<Vec<u8>>>);

    impl Write for Screen {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl Screen {
        fn text(&self) -> String {
            String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
        }
    }

    #[test]
    fn a_short_run_draws_nothing() {
        let screen = Screen::default();
        drop(Progress::start(screen.clone(), "linted", 2, Arc::default(), Duration::from_secs(60)));
        assert_eq!(screen.text(), "");
    }

    #[test]
    fn a_long_run_draws_and_cleans_up() {
        let screen = Screen::default();
        let progress =
            Progress::start(screen.clone(), "linted", 7, Arc::new(AtomicUsize::new(3)), Duration::from_millis(1));
        while screen.text().is_empty() {
            std::thread::yield_now();
        }
        drop(progress);
        let text = screen.text();
        assert!(text.starts_with("\r\u{1b}[Kfiles linted: 3 of 7"), "{text:?}");
        assert!(text.ends_with("\r\u{1b}[K"), "{text:?}");
    }
}
