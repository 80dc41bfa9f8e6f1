use std::time::Duration;

use super::*;
use crate::store::trouble::PATIENCE;

fn store() -> (tempfile::TempDir, crate::store::Store) {
    let dir = tempfile::tempdir().unwrap();
    let store = crate::store::Store::open(&dir.path().join("a.db"), crate::store::Durability::Full).unwrap();
    (dir, store)
}

fn put(tx: &Tx<'_>, key: &str) -> Result<()> {
    tx.execute("INSERT INTO meta VALUES (?1, 'x')", [key])?;
    Ok(())
}

#[tokio::test]
async fn a_failing_job_is_undone_alone_and_its_announcement_with_it() {
    let (_dir, store) = store();
    let (heard, hears) = std::sync::mpsc::channel();
    let loud = heard.clone();
    let bad = store.write(move |tx| {
        put(tx, "bad")?;
        tx.after_commit(move || loud.send("bad").unwrap());
        Err::<(), _>(StoreError::Corrupt("no".into()))
    });
    let good = store.write(move |tx| {
        put(tx, "good")?;
        tx.after_commit(move || heard.send("good").unwrap());
        Ok(())
    });
    let (bad, good) = tokio::join!(bad, good);
    assert!(bad.is_err());
    good.unwrap();
    assert_eq!(hears.iter().take(1).collect::<Vec<_>>(), ["good"]);
    let keys: i64 =
        store.read(|c| Ok(c.query_row("SELECT count(*) FROM meta", [], |r| r.get(0))?)).await.unwrap();
    assert_eq!(keys, 1);
}

fn keys(store: &crate::store::Store) -> i64 {
    store.read_blocking(|c| Ok(c.query_row("SELECT count(*) FROM meta", [], |r| r.get(0))?)).unwrap()
}

/// A full disk, without one: the file may not grow.
fn fill(store: &crate::store::Store, pages_left: u32) {
    store
        .write_blocking(move |tx| {
            let pages: u32 = tx.query_row("PRAGMA page_count", [], |row| row.get(0))?;
            tx.query_row(&format!("PRAGMA max_page_count = {}", pages + pages_left), [], |_| Ok(()))?;
            Ok(())
        })
        .unwrap();
}

/// Holds the writer until what follows waits in its queue, so that it is one group.
fn hold(store: &crate::store::Store) -> std::sync::mpsc::Sender<()> {
    let (go, wait) = std::sync::mpsc::channel::<()>();
    let store = store.clone();
    let (there, is_there) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        store.write_blocking(move |_| {
            there.send(()).unwrap();
            let _ = wait.recv();
            Ok(())
        })
    });
    is_there.recv().unwrap();
    go
}

#[tokio::test]
async fn the_room_for_a_crowd_is_given_back() {
    let (_dir, store) = store();
    let cache = |tx: &mut Tx<'_>| Ok(tx.pragma::<i64>("cache_size")?);
    let usual = store.write(cache).await.unwrap();
    let crowd = || {
        store.write(move |tx| {
            tx.expect_a_crowd()?;
            cache(tx)
        })
    };
    let wide = crowd().await.unwrap();
    assert!(wide < usual, "{wide} KiB and {usual} KiB, below zero");
    assert_eq!(crowd().await.unwrap(), wide, "of one crowd after another it stays");
    store.write(|_| Ok(())).await.unwrap();
    assert_eq!(store.write(cache).await.unwrap(), usual);
}

#[tokio::test]
async fn what_follows_a_transaction_that_sqlite_ended_is_not_stored_outside_it() {
    let (dir, store) = store();
    store.close();
    let path = dir.path().join("a.db");
    let connection = crate::store::open_connection(&path, false).unwrap();
    // All that waits is one group, however slow this machine is.
    let forever = Duration::from_secs(3_600);
    let writer = Writer::spawn_with(connection, Readers::new(&path), &path, forever).unwrap();
    let store = crate::store::Store { writer: Some(writer), ..store };
    fill(&store, 4);
    let go = hold(&store);
    let (heard, hears) = std::sync::mpsc::channel();
    let before = store.write(|tx| put(tx, "before"));
    let full = store.write(|tx| {
        tx.execute("INSERT INTO meta VALUES ('big', zeroblob(1000000))", [])?;
        Ok(())
    });
    let after = store.write(move |tx| {
        put(tx, "after")?;
        tx.after_commit(move || heard.send(()).unwrap());
        Ok(())
    });
    let release = async {
        tokio::time::sleep(Duration::from_millis(20)).await;
        drop(go);
    };
    let (before, full, after, ()) = tokio::join!(before, full, after, release);
    for (which, result) in [("before", before), ("full", full), ("after", after)] {
        let error = result.expect_err(which);
        assert_eq!(error.code(), Some(rusqlite::ErrorCode::DiskFull), "{which}: {error}");
        assert!(error.to_string().contains("disk is full"), "{which}: {error}");
    }
    assert!(hears.try_recv().is_err(), "nothing of it was announced");
    assert_eq!(keys(&store), 0, "nothing of it was stored");
}

#[tokio::test]
async fn a_store_in_trouble_says_so_until_it_can_go_on() {
    let (_dir, store) = store();
    let mut trouble = store.trouble();
    assert!(trouble.borrow().is_none());
    fill(&store, 0);
    let full = store.write(|tx| {
        tx.execute("INSERT INTO meta VALUES ('big', zeroblob(10000000))", [])?;
        Ok(())
    });
    assert!(full.await.is_err());
    let told = trouble.wait_for(Option::is_some).await.unwrap().clone().unwrap();
    assert!(told.what.contains("disk is full") && !told.is_final, "{told:?}");
    // As when somebody made room: it is tried again without being asked.
    let big = store.clone();
    tokio::task::spawn_blocking(move || fill(&big, 1_000)).await.unwrap();
    trouble.wait_for(Option::is_none).await.unwrap();
    store.write(|tx| put(tx, "a")).await.unwrap();
}

/// What stores nothing does not end a trouble; what is small enough ends it for a moment, and it is the same one when
/// it is back.
#[tokio::test]
async fn a_trouble_that_comes_and_goes_is_one() {
    let (_dir, store) = store();
    let mut trouble = store.trouble();
    fill(&store, 3);
    let big = || {
        store.write(|tx| {
            tx.execute("INSERT INTO meta VALUES ('big', zeroblob(10000000))", [])?;
            Ok(())
        })
    };
    assert!(big().await.is_err());
    let first = trouble.wait_for(Option::is_some).await.unwrap().clone().unwrap();
    store.write(|_| Ok(())).await.unwrap();
    assert!(trouble.borrow().is_some(), "nothing was stored");
    store.write(|tx| put(tx, "small")).await.unwrap();
    assert!(trouble.borrow().is_none(), "it fits");
    assert!(big().await.is_err());
    let again = trouble.wait_for(Option::is_some).await.unwrap().clone().unwrap();
    assert_eq!(again.since, first.since);
    assert!(again.patience() < Some(PATIENCE));
}

#[tokio::test]
async fn a_job_that_panics_is_undone_alone() {
    let (_dir, store) = store();
    let go = hold(&store);
    let good = store.write(|tx| put(tx, "good"));
    let bad = store.write(|tx| {
        put(tx, "bad")?;
        if keys_of(tx) > 0 {
            panic!("on purpose");
        }
        Ok(())
    });
    let release = async { drop(go) };
    let (good, bad, ()) = tokio::join!(good, bad, release);
    good.unwrap();
    let error = bad.unwrap_err();
    assert!(matches!(&error, StoreError::Panicked(why) if why == "on purpose"), "{error}");
    store
        .write(|tx| {
            tx.after_commit(|| panic!("on purpose"));
            put(tx, "more")
        })
        .await
        .unwrap();
    assert_eq!(keys(&store), 2, "and the writer goes on");
}

fn keys_of(c: &Db) -> i64 {
    c.query_row("SELECT count(*) FROM meta", [], |row| row.get(0)).unwrap()
}

#[test]
fn closing_does_not_wait_for_a_reader() {
    let (dir, store) = store();
    let reader = Db::open(&dir.path().join("a.db")).unwrap();
    store.write_blocking(|tx| put(tx, "a")).unwrap();
    reader.execute_batch("BEGIN").unwrap();
    assert_eq!(keys_of(&reader), 1);
    store.write_blocking(|tx| put(tx, "b")).unwrap();
    let (done, wait) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        store.close();
        done.send(()).unwrap();
    });
    // Far less than SQLite would wait for a lock.
    wait.recv_timeout(Duration::from_secs(3)).expect("closed while somebody reads");
    assert_eq!(keys_of(&reader), 1);
}

#[test]
fn closing_finishes_what_waits() {
    let (_dir, store) = store();
    store.write_blocking(|tx| put(tx, "a")).unwrap();
    store.close();
    assert!(matches!(store.write_blocking(|tx| put(tx, "b")), Err(StoreError::Closed)));
}
