//! How often one caller may ask: a token bucket per caller, with bounded memory.

use std::num::NonZeroUsize;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use lru::LruCache;

/// Callers remembered; the one not seen for longest is forgotten first.
const CALLERS: NonZeroUsize = NonZeroUsize::new(4_096).unwrap();

/// Buckets that hold a minute's allowance and refill evenly.
pub(super) struct RateLimit {
    per_minute: f64,
    buckets: Mutex<LruCache<String, Bucket>>,
}

#[derive(Copy, Clone)]
struct Bucket {
    left: f64,
    at: Instant,
}

impl RateLimit {
    /// `count` a minute; 0 = no limit.
    pub(super) fn per_minute(count: u32) -> Self {
        Self { per_minute: f64::from(count), buckets: Mutex::new(LruCache::new(CALLERS)) }
    }

    /// Takes one from the caller's bucket; false when it is empty.
    pub(super) fn allow(&self, caller: &str) -> bool {
        self.allow_at(caller, Instant::now())
    }

    fn allow_at(&self, caller: &str, now: Instant) -> bool {
        if self.per_minute == 0.0 {
            return true;
        }
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        let full = Bucket { left: self.per_minute, at: now };
        let bucket = match buckets.get_mut(caller) {
            Some(bucket) => bucket,
            None => buckets.get_or_insert_mut(caller.to_owned(), || full),
        };
        let gained = now.duration_since(bucket.at).as_secs_f64() * self.per_minute / 60.0;
        bucket.left = (bucket.left + gained).min(self.per_minute);
        bucket.at = now;
        if bucket.left < 1.0 {
            return false;
        }
        bucket.left -= 1.0;
        true
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_bucket_empties_for_one_caller_and_refills() {
        let limit = RateLimit::per_minute(3);
        let now = Instant::now();
        let taken = (0..5).filter(|_| limit.allow_at("a", now)).count();
        assert_eq!(taken, 3);
        assert!(limit.allow_at("b", now));
        assert!(!limit.allow_at("a", now + Duration::from_secs(19)));
        assert!(limit.allow_at("a", now + Duration::from_secs(21)));
        assert!((0..1_000).all(|_| RateLimit::per_minute(0).allow_at("a", now)));
    }
}
