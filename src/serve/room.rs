//! Who is connected, and what each of them is waited for. Where the room is full, the one that has kept us waiting for the
//! longest makes place: an API server that asks is never locked out by clients that only hold connections open.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until};

use super::Limits;
use super::cause::Cause;

/// How long a connection stays open for nothing while the server stops.
const MOMENT: Duration = Duration::from_secs(1);

/// What a connection is at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    /// TLS is being agreed on.
    Handshake,
    /// No byte of a request has come.
    Idle,
    /// The head of a request is coming in.
    Head,
    /// Its body is coming in.
    Body,
    /// All of it is here: what is waited for now is ourselves.
    Judging,
}

/// Why a connection is ended by us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// Nothing was asked for long enough.
    Idle,
    /// It is counted by this cause.
    For(Cause),
}

/// One connection, watched.
#[derive(Debug)]
pub(super) struct Watch {
    at: Mutex<(Phase, Instant)>,
    evicted: AtomicBool,
    hurried: AtomicBool,
    changed: Notify,
}

impl Watch {
    fn new(phase: Phase) -> Self {
        let at = Mutex::new((phase, Instant::now()));
        Self { at, evicted: AtomicBool::new(false), hurried: AtomicBool::new(false), changed: Notify::new() }
    }

    pub(super) fn phase(&self) -> Phase {
        self.at().0
    }

    pub(super) fn set(&self, phase: Phase) {
        *self.at.lock().unwrap_or_else(PoisonError::into_inner) = (phase, Instant::now());
        self.changed.notify_one();
    }

    /// The first byte of a request: from here on its head has to come.
    pub(super) fn begins(&self) {
        if self.phase() == Phase::Idle {
            self.set(Phase::Head);
        }
    }

    /// The server stops: whoever asks nothing has only a moment left, which a request that is on its way may need.
    pub(super) fn hurry(&self) {
        self.hurried.store(true, Ordering::Release);
        self.changed.notify_one();
    }

    fn at(&self) -> (Phase, Instant) {
        *self.at.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Resolves when the connection has had its time.
    pub(super) async fn overstayed(&self, limits: &Limits) -> End {
        loop {
            if self.evicted.load(Ordering::Acquire) {
                return End::For(Cause::Connections);
            }
            let (phase, since) = self.at();
            let (limit, end) = match phase {
                Phase::Handshake => (limits.handshake, End::For(Cause::HandshakeTimeout)),
                Phase::Idle if self.hurried.load(Ordering::Acquire) => (limits.idle.min(MOMENT), End::Idle),
                Phase::Idle => (limits.idle, End::Idle),
                Phase::Head => (limits.head, End::For(Cause::HeadTimeout)),
                // Whoever answers the request keeps its time.
                Phase::Body | Phase::Judging => {
                    self.changed.notified().await;
                    continue;
                }
            };
            tokio::select! {
                () = sleep_until(since + limit) => {
                    // It may have moved on in the same moment.
                    if self.at() == (phase, since) {
                        return end;
                    }
                }
                () = self.changed.notified() => {}
            }
        }
    }
}

/// All connections of one port.
#[derive(Debug)]
pub(super) struct Room {
    limit: usize,
    seats: Mutex<Seats>,
}

#[derive(Debug, Default)]
struct Seats {
    next: u64,
    taken: BTreeMap<u64, Arc<Watch>>,
}

/// A connection's place, given back when dropped.
#[derive(Debug)]
pub(super) struct Seat {
    room: Arc<Room>,
    number: u64,
    pub(super) watch: Arc<Watch>,
}

impl Room {
    pub(super) fn new(limit: usize) -> Arc<Self> {
        Arc::new(Self { limit, seats: Mutex::default() })
    }

    /// How many are in it.
    pub(super) fn len(&self) -> usize {
        self.seats.lock().unwrap_or_else(PoisonError::into_inner).taken.len()
    }

    /// A place for a newcomer; `None` where everyone in the room waits for us.
    pub(super) fn enter(self: &Arc<Self>, phase: Phase) -> Option<Seat> {
        let mut seats = self.seats.lock().unwrap_or_else(PoisonError::into_inner);
        if seats.taken.len() >= self.limit {
            let waits = |(number, watch): (&u64, &Arc<Watch>)| {
                let (phase, since) = watch.at();
                (phase != Phase::Judging).then_some((since, *number))
            };
            let (_, longest) = seats.taken.iter().filter_map(waits).min()?;
            if let Some(watch) = seats.taken.remove(&longest) {
                watch.evicted.store(true, Ordering::Release);
                watch.changed.notify_one();
            }
        }
        let number = seats.next;
        seats.next += 1;
        let watch = Arc::new(Watch::new(phase));
        seats.taken.insert(number, Arc::clone(&watch));
        Some(Seat { room: Arc::clone(self), number, watch })
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.room.seats.lock().unwrap_or_else(PoisonError::into_inner).taken.remove(&self.number);
    }
}

#[cfg(test)]
mod tests {
    use super::{Ordering, Phase, Room, Seat};

    fn evicted(seat: &Seat) -> bool {
        seat.watch.evicted.load(Ordering::Acquire)
    }

    #[test]
    fn who_keeps_us_waiting_longest_makes_place_and_who_waits_for_us_does_not() {
        let room = Room::new(2);
        let first = room.enter(Phase::Handshake).unwrap();
        let second = room.enter(Phase::Handshake).unwrap();
        first.watch.set(Phase::Judging);
        let third = room.enter(Phase::Handshake).unwrap();
        assert!(evicted(&second) && !evicted(&first));
        third.watch.set(Phase::Judging);
        assert!(room.enter(Phase::Handshake).is_none());
        drop(second);
        assert_eq!(room.len(), 2);
        drop(first);
        assert!(room.enter(Phase::Handshake).is_some());
    }
}
