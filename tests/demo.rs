//! The demonstration: its society is worth showing, its scenarios play, its recordings are the same every time.

use botarium::demo::society;
use botarium::engine::clock::SIM_START;

#[tokio::test(flavor = "multi_thread")]
async fn the_society_has_something_to_show_on_every_tab() {
    let home = tempfile::tempdir().unwrap();
    let started = std::time::Instant::now();
    let end = SIM_START.plus_seconds(society::DAYS * 86_400 + 15 * 3_600);
    let handle = society::grow(home.path(), end, society::SEED).await.unwrap();
    println!("grown in {:?}", started.elapsed());
    handle.close();
}
