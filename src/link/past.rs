//! The way into the past of a society in this process. Nothing of it crosses a port: it is walked where the home is.

use std::path::{Path, PathBuf};

use super::Link;
pub use crate::engine::compare::{DayDifference, Difference};
use crate::engine::past;
use crate::protocol::{Fault, Moment, Way};

/// A walk in the past. Cheap to clone.
#[derive(Clone)]
pub struct Past(past::Past);

/// Where a walk has come to.
pub struct Shown {
    /// The moment.
    pub moment: Moment,
    /// The way to the society of that moment; it leads nowhere once the walk went on.
    pub link: Link,
}

impl Past {
    /// Opens the past of the society in a database, and goes there.
    ///
    /// # Errors
    /// There is no society, no journal of it, or no such moment.
    pub fn open(database: &Path, way: &Way) -> Result<(Self, Shown), Fault> {
        let (past, moment) = past::Past::open(database, way)?;
        let shown = Shown { moment, link: Link::Local(past.handle()?) };
        Ok((Self(past), shown))
    }

    /// Opens the past of the society that a link leads to, at its end.
    ///
    /// # Errors
    /// It is somewhere else, or has no past that can be shown.
    pub async fn of(link: &Link) -> Result<(Self, Shown), Fault> {
        let Link::Local(engine) = link else {
            return Err(Fault::conflict("the past is seen where the home is: `botarium replay` there"));
        };
        let database = engine.database();
        waiting(move || Self::open(&database, &Way::End)).await
    }

    /// Goes somewhere else; what is far is shown as far as it is stored, until it is completed.
    ///
    /// # Errors
    /// There is nothing there, or it cannot be applied again.
    pub async fn go(&self, way: Way) -> Result<Shown, Fault> {
        let past = self.0.clone();
        waiting(move || {
            let moment = past.glance(&way)?;
            Ok(Shown { moment, link: Link::Local(past.handle()?) })
        })
        .await
    }

    /// Brings the rest of a moment of which only what is stored is shown yet.
    ///
    /// # Errors
    /// It cannot be applied again.
    pub async fn complete(&self) -> Result<Shown, Fault> {
        let past = self.0.clone();
        waiting(move || {
            let moment = past.complete()?;
            Ok(Shown { moment, link: Link::Local(past.handle()?) })
        })
        .await
    }

    /// Begins another society in `home` at the moment that is shown; answers its newest activity.
    ///
    /// # Errors
    /// It is there already, or cannot be written.
    pub async fn fork(&self, home: PathBuf) -> Result<i64, Fault> {
        Ok(self.0.fork(home).await?.replayed.activities)
    }
}

impl Past {
    /// Compares the society whose past it is with that of another home.
    ///
    /// # Errors
    /// There is no society, or it has nothing in common with this one.
    pub async fn compare(&self, home: PathBuf) -> Result<Difference, Fault> {
        let past = self.0.clone();
        waiting(move || past.compare(&home)).await
    }
}

/// Runs what waits for a disk or for the rules.
async fn waiting<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Fault> + Send + 'static,
) -> Result<T, Fault> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|error| Fault::internal(format!("the past ended early: {error}")))?
}
