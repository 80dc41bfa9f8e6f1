//! Performs what is asked of the past, off the screen's task.
//!
//! It knows the link and the messages, nothing of what is shown.

use std::path::PathBuf;

use super::msg::Walking;
use crate::link::Link;
use crate::link::past::{Difference, Past, Shown};
use crate::protocol::Fault;

/// What came of it.
pub enum Walked {
    /// The past is open.
    Opened(Past, Shown),
    /// It shows another moment.
    Moved(Shown),
    /// Back to now.
    Left,
    /// Another society was begun, with so many activities.
    Forked(PathBuf, i64),
    /// It was compared with the society of another home.
    Compared(PathBuf, Box<Difference>),
    /// It could not be.
    Failed(Fault),
}

/// Does it, and waits for it.
pub async fn walk(walking: Walking, link: &Link, past: Option<&Past>) -> Walked {
    let done = match (walking, past) {
        (Walking::Leave, _) => Ok(Walked::Left),
        (Walking::Open, _) => Past::of(link).await.map(|(past, shown)| Walked::Opened(past, shown)),
        (_, None) => Err(Fault::conflict("the past is not open")),
        (Walking::Go(way), Some(past)) => past.go(way).await.map(Walked::Moved),
        (Walking::Complete, Some(past)) => past.complete().await.map(Walked::Moved),
        (Walking::Fork(home), Some(past)) => {
            past.fork(home.clone()).await.map(|activity| Walked::Forked(home, activity))
        }
        (Walking::Compare(home), Some(past)) => {
            past.compare(home.clone()).await.map(|difference| Walked::Compared(home, Box::new(difference)))
        }
    };
    done.unwrap_or_else(Walked::Failed)
}
