//! A society that really runs: the six bots, the embedded provider, simulated time.

use botarium::engine::clock::{Clock, SIM_START};
use botarium::engine::{self, Run, Settings};

fn settings(home: &std::path::Path, seed: u64) -> Settings {
    Settings {
        seed: Some(seed),
        clock: Clock::simulated(SIM_START),
        pace_seconds: Some(3_600),
        ..Settings::new(home)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn sixty_beats_make_a_conversation() {
    let home = tempfile::tempdir().unwrap();
    let handle = engine::start(settings(home.path(), 7)).unwrap();
    let report = handle.run_beats(Run { count: Some(60), ..Run::default() }, |_| {}).await.unwrap();
    assert_eq!(report.beats, 60);
    assert_eq!(report.failed, 0);
    handle.close();
}

#[tokio::test(flavor = "multi_thread")]
async fn five_hundred_beats_of_the_default_room_raise_no_flag() {
    for (seed, pace) in [(7, None), (8, Some(1)), (9, Some(14_400)), (10, None)] {
        let home = tempfile::tempdir().unwrap();
        let handle = engine::start(Settings { pace_seconds: pace, ..settings(home.path(), seed) }).unwrap();
        let report = handle.run_beats(Run { count: Some(500), ..Run::default() }, |_| {}).await.unwrap();
        assert_eq!((report.beats, report.failed), (500, 0));
        for resolved in [false, true] {
            let flags = handle.flags(resolved, 50).await.unwrap();
            assert!(flags.is_empty(), "seed {seed}, pace {pace:?}: {flags:#?}");
        }
        handle.close();
    }
}
