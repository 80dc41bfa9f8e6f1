//! What is shown of a far moment is what was.

use super::dense::tests::lived;
use super::*;
use crate::engine::replay::Replay;
use crate::protocol::{ActivityQuery, ThreadQuery};
use crate::store::tests::harm;

/// Acts and threads with their replies, as they are shown.
async fn shown(handle: &Handle) -> (Vec<crate::protocol::ActivityView>, Vec<crate::protocol::ThreadView>) {
    let acts = handle.activity(ActivityQuery { limit: 200, ..ActivityQuery::default() }).await.unwrap();
    let threads = handle.threads(ThreadQuery { limit: 50, ..ThreadQuery::default() }).await.unwrap();
    let mut read = Vec::new();
    for thread in threads {
        read.push(handle.thread(thread.id).await.unwrap());
    }
    (acts, read)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_seen_at_a_glance_is_what_was() {
    let home = tempfile::tempdir().unwrap();
    let database = lived(home.path(), 400).await;
    let (past, _) = Past::open(&database, &Way::Begin).unwrap();
    past.reel().far = 3;
    for act in [61, 150, 7, 333] {
        let moment = past.glance(&Way::To(act.to_string())).unwrap();
        assert_eq!((moment.activity, moment.to_come), (act, true));
        assert!(moment.stored.is_some());
        let glance = shown(&past.handle().unwrap()).await;
        assert_eq!(glance.0[0].id, act);
        assert!(past.handle().unwrap().why(act).await.is_ok(), "with its reason");
        let moment = past.complete().unwrap();
        assert_eq!((moment.activity, moment.to_come, moment.stored), (act, false, None));
        assert_eq!(shown(&past.handle().unwrap()).await, glance, "act {act}");
    }
    // What is near needs no glance, and one who goes on from a glance does so from where it is.
    assert!(!past.glance(&Way::By(1)).unwrap().to_come);
    past.reel().copies.drain(..).for_each(Replay::close);
    assert!(past.glance(&Way::To("200".into())).unwrap().to_come);
    let next = past.go(&Way::By(1)).unwrap();
    assert_eq!((next.activity, next.to_come), (201, false));
    past.reel().copies.drain(..).for_each(Replay::close);
    assert!(past.glance(&Way::To("90".into())).unwrap().to_come);
    assert!(past.digest().is_ok(), "whoever needs all of it gets it");
    assert_eq!(past.go(&Way::By(0)).unwrap().activity, 90);
    // What cannot be brought leaves what is shown.
    past.reel().copies.drain(..).for_each(Replay::close);
    assert!(past.glance(&Way::To("200".into())).unwrap().to_come);
    let glance = shown(&past.handle().unwrap()).await;
    harm::cut_journal(&database, 190..=199);
    past.complete().unwrap_err();
    assert_eq!(shown(&past.handle().unwrap()).await, glance);
}
