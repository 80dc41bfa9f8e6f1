use super::*;
use crate::society::tests::Machine;
use crate::store::posts::DatedPost;

#[test]
fn what_is_kept_up_by_hand_is_what_would_be_read_anew() {
    let mut machine = Machine::begin(3, 0);
    for _ in 0..6 {
        for _ in 0..90 {
            machine.beat();
        }
        let (society, now) = (Arc::clone(&machine.society), machine.now);
        let compared = machine
            .store
            .write_blocking(move |tx| {
                let mut room = society.room.lock().unwrap();
                let (kept, mut fresh) = (room.board.take().unwrap(), Room::new());
                assert!(kept.holds(activities::last_seq(tx)?, now), "the board went stale");
                let read = fresh.board(tx, now)?;
                assert_eq!(kept.active, read.active);
                assert_eq!((&kept.events, &kept.bots), (&read.events, &read.bots));
                let bots = kept.bots.iter().map(|bot| &**bot).chain(["system"]);
                for (bot, back) in bots.flat_map(|bot| (0..12).map(move |back| (bot, back))) {
                    let seen = kept.seq - back;
                    let told = kept.has_news(tx, bot, seen)?;
                    assert_eq!(told, activities::has_news(tx, bot, seen)?, "{bot} after {seen}");
                }
                let heard = room.heard.take().unwrap();
                assert_eq!(heard, fresh.heard(tx)?, "what was heard");
                let minds: Vec<(String, Mind)> =
                    room.minds.iter().map(|(bot, mind)| (bot.clone(), mind.clone())).collect();
                for (bot, kept) in minds {
                    let read = fresh.mind(tx, &bot)?;
                    let memories = |mind: &Mind| -> Vec<crate::store::memories::Memory> {
                        mind.items.iter().map(|item| item.memory.clone()).collect()
                    };
                    assert_eq!(memories(&kept), memories(read), "memories of {bot}");
                    let posts = |mind: &Mind| -> Vec<DatedPost> {
                        mind.posts.iter().map(|own| own.dated.clone()).collect()
                    };
                    assert_eq!(posts(&kept), posts(read), "posts of {bot}");
                    assert_eq!(kept.told, read.told, "what {bot} told");
                    assert_eq!(kept.deeds, read.deeds, "doings of {bot}");
                    assert_eq!(kept.follows, read.follows, "whom {bot} follows");
                }
                let threads: Vec<(i64, Arc<Shown>)> =
                    room.threads.iter().map(|(id, shown)| (*id, Arc::clone(shown))).collect();
                for (id, kept) in &threads {
                    let read = fresh.thread(tx, *id)?.unwrap();
                    let sorted = |shown: &Shown| {
                        let mut shown = shown.clone();
                        shown.votes.sort_by_key(|(target, voter, _)| {
                            (target.kind().as_str(), target.id(), voter.clone())
                        });
                        shown
                    };
                    assert_eq!(sorted(kept), sorted(&read), "thread {id}");
                }
                Ok(threads.iter().filter(|(_, shown)| shown.thread.reply_count > 5).count())
            })
            .unwrap();
        assert!(compared > 0, "no thread had more replies than are shown");
    }
}
