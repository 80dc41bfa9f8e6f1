//! Voices from a model: what answers on the machine of the room, and what each model would take in time.

use std::collections::BTreeMap;

use crate::domain::pace::human_interval;
use crate::domain::speed::{BEAT_READ, BEAT_WRITTEN, Speed};
use crate::protocol::NearView;
use crate::tui::overlays::Item;

/// What is known of it.
#[derive(Clone, Debug, Default)]
pub struct Offer {
    /// Whether a person took or declined it: then it is not offered again by itself.
    pub answered: bool,
    /// Whether a newcomer is welcomed, and it is not known yet who speaks for the room.
    pub welcomes: bool,
    /// Whether it is being looked.
    pub looking: bool,
    /// What was found, address by address; `None` before anybody looked.
    near: Option<Vec<NearView>>,
    timed: BTreeMap<(String, String), Timed>,
}

/// What is known of a model's speed.
#[derive(Clone, Debug, PartialEq)]
pub enum Timed {
    /// It is being timed.
    UnderWay,
    /// It is this fast.
    Done(Speed),
    /// It could not be told, for this reason.
    Failed(String),
}

/// A model that could speak for the room.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Voice {
    /// The program it runs in.
    pub engine: String,
    /// The provider that speaks with it.
    pub provider: String,
    /// The model.
    pub model: String,
}

impl Offer {
    /// What was found is taken in.
    pub fn found(&mut self, near: Vec<NearView>) {
        (self.looking, self.near) = (false, Some(near));
    }

    /// It is looked anew.
    pub fn look(&mut self) {
        (self.looking, self.near) = (true, None);
        self.timed.retain(|_, timed| *timed == Timed::UnderWay);
    }

    /// The models found, in the order they are listed.
    #[must_use]
    pub fn voices(&self) -> Vec<Voice> {
        let mut voices = Vec::new();
        for near in self.near.iter().flatten() {
            let (Some(engine), Some(provider)) = (&near.engine, &near.provider) else { continue };
            voices.extend(near.models.iter().map(|model| Voice {
                engine: engine.clone(),
                provider: provider.clone(),
                model: model.clone(),
            }));
        }
        voices
    }

    /// Notes what is known of a model's speed.
    pub fn note(&mut self, provider: &str, model: &str, timed: Timed) {
        self.timed.insert((provider.to_owned(), model.to_owned()), timed);
    }

    /// What is known of a model's speed.
    #[must_use]
    pub fn timed(&self, voice: &Voice) -> Option<&Timed> {
        self.timed.get(&(voice.provider.clone(), voice.model.clone()))
    }

    /// A model's speed, where it was told.
    #[must_use]
    pub fn speed(&self, voice: &Voice) -> Option<Speed> {
        match self.timed(voice) {
            Some(Timed::Done(speed)) => Some(*speed),
            _ => None,
        }
    }

    /// The lines to choose from; the last one looks again. `bots` are those of the room, `current` is its provider and
    /// that one's model, `pace` the seconds between two beats of a bot.
    #[must_use]
    pub fn items(&self, bots: usize, current: Option<(&str, &str)>, pace: Option<u32>) -> Vec<Item> {
        if self.looking {
            let title = "looking on the machine of the room…".to_owned();
            return vec![Item {
                title,
                about: "Only its own addresses are asked.".into(),
                ..Item::default()
            }];
        }
        let mut items: Vec<Item> = self
            .voices()
            .iter()
            .map(|voice| {
                let timed = self.timed(voice);
                let now = current == Some((voice.provider.as_str(), voice.model.as_str()));
                Item {
                    title: format!("{} · {}", voice.model, voice.engine),
                    note: note(timed),
                    about: about(timed, bots, pace),
                    current: now,
                }
            })
            .collect();
        items.push(Item { title: "look again".into(), about: self.places(), ..Item::default() });
        items
    }

    /// Where was looked, and what is there that cannot be chosen.
    fn places(&self) -> String {
        let near = self.near.iter().flatten();
        let told = near.map(|near| {
            let address = near.address.trim_start_matches("http://");
            match (&near.message, &near.engine) {
                (Some(message), _) => format!("{address}: {message}"),
                (None, Some(engine)) => format!("{address}: {engine}"),
                (None, None) => address.to_owned(),
            }
        });
        told.collect::<Vec<_>>().join(" · ")
    }
}

/// `about 40 s a beat`
fn note(timed: Option<&Timed>) -> String {
    match timed {
        None => "not timed".into(),
        Some(Timed::UnderWay) => "being timed…".into(),
        Some(Timed::Failed(_)) => "no answer to be timed".into(),
        Some(Timed::Done(speed)) => format!("{} a beat", span(speed.beat_seconds)),
    }
}

fn about(timed: Option<&Timed>, bots: usize, pace: Option<u32>) -> String {
    let speed = match timed {
        None => return "t makes a small call and tells how long a beat would take.".into(),
        Some(Timed::UnderWay) => {
            return "A small call tells how fast it reads and writes; the model may have to be loaded first."
                .into();
        }
        Some(Timed::Failed(why)) => return why.clone(),
        Some(Timed::Done(speed)) => *speed,
    };
    let how = match (speed.read_per_second, speed.written_per_second) {
        (Some(read), Some(written)) => {
            format!("Timed: reads {} tokens a second, writes {}. A beat", figure(read), figure(written))
        }
        _ => "Timed, with reading and writing in one: a beat at the longest".into(),
    };
    let thinks = if speed.thinks { " It thinks first, which comes on top." } else { "" };
    let fits = speed.fitting_pace(bots);
    let pace = match pace {
        Some(now) if now < fits => format!("; taken, the pace becomes {}", human_interval(fits)),
        _ => format!("; a pace of {} fits", human_interval(fits)),
    };
    format!(
        "{how} ({BEAT_READ} read, {BEAT_WRITTEN} written) takes {}: {} an hour for {bots} bots{pace}.{thinks}",
        span(speed.beat_seconds),
        figure(speed.beats_an_hour()),
    )
}

/// `under 1 s`, `about 40 s`, `about 12 min`, `about 3 h`
fn span(seconds: f64) -> String {
    match seconds {
        few if few < 1.0 => "under 1 s".into(),
        few if few < 120.0 => format!("about {few:.0} s"),
        some if some < 7_200.0 => format!("about {:.0} min", some / 60.0),
        many => format!("about {:.0} h", many / 3_600.0),
    }
}

/// Two digits that mean something.
fn figure(value: f64) -> String {
    if value < 10.0 { format!("{value:.1}") } else { format!("{value:.0}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_told_as_well_as_they_are_known() {
        for (seconds, told) in [
            (0.2, "under 1 s"),
            (40.4, "about 40 s"),
            (119.0, "about 119 s"),
            (150.0, "about 2 min"),
            (9_000.0, "about 2 h"),
        ] {
            assert_eq!(span(seconds), told);
        }
        assert_eq!((figure(0.74), figure(14.2)), ("0.7".to_owned(), "14".to_owned()));
    }
}
