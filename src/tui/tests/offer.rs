//! Voices from a model: the hint, the window, what is timed, taken and declined.

use super::fixture::{empty, give, model, press, room, text};
use crate::domain::speed::{Sample, Speed};
use crate::protocol::{NearView, ProviderTest, RoomView, SetPace};
use crate::tui::msg::{Command, Data, Effect, Load, Msg, Outcome};
use crate::tui::saved::Saved;
use crate::tui::state::Model;
use crate::tui::update::update;

fn near() -> Vec<NearView> {
    let at = |address: &str, engine: Option<&str>, provider: Option<&str>, models: &[&str]| NearView {
        address: address.into(),
        engine: engine.map(str::to_owned),
        provider: provider.map(str::to_owned),
        models: models.iter().map(|&name| name.to_owned()).collect(),
        message: engine.is_none().then(|| "what answers there is no engine for models".to_owned()),
    };
    vec![
        at("http://127.0.0.1:11434", Some("Ollama"), Some("ollama"), &["llama3.2:latest", "qwen3:8b"]),
        at("http://127.0.0.1:1234", Some("LM Studio"), Some("lmstudio"), &["gemma-3-4b"]),
        at("http://127.0.0.1:8080", None, None, &[]),
    ]
}

fn found(model: &mut Model, near: Vec<NearView>) -> Vec<Effect> {
    give(model, Load::Near, Data::Near(near))
}

/// Presses a key whose reads are answered later.
fn key(model: &mut Model, key: &str) -> Vec<Effect> {
    update(model, Msg::Key(key.parse().unwrap()))
}

fn time(provider: &str, model: &str) -> Command {
    Command::TestProvider { name: provider.into(), model: Some(model.into()), timed: true }
}

fn timed(model: &mut Model, command: Command, whole: f64) {
    let sample = Sample { read: 300, written: 25, first: Some(whole * 0.6), whole, thinks: false };
    let test = ProviderTest {
        ok: true,
        message: "ready".into(),
        models: Vec::new(),
        latency_ms: 300,
        tokens_used: 330,
        cost_usd: crate::domain::Money::ZERO,
        speed: Speed::of(sample),
    };
    update(model, Msg::Ran(command, Ok(Outcome::Test(test))));
}

/// A room in which the window is open, and two of the three models are timed.
fn offered(size: (u16, u16)) -> Model {
    let mut room = model(size.0, size.1);
    assert_eq!(key(&mut room, "V"), [Effect::Load(Load::Near)]);
    let first = time("ollama", "llama3.2:latest");
    assert_eq!(found(&mut room, near()), [Effect::Run(first.clone())]);
    timed(&mut room, first, 5.0);
    let third = time("lmstudio", "gemma-3-4b");
    assert_eq!(press(&mut room, &["j", "j", "t"]), [Effect::Run(third.clone())]);
    timed(&mut room, third, 1.0);
    press(&mut room, &["k", "k"]);
    room
}

#[test]
fn the_window_tells_what_each_model_takes() {
    for (width, height) in [(80, 24), (120, 36)] {
        insta::assert_snapshot!(format!("offer_{width}x{height}"), text(&offered((width, height))));
    }
}

#[test]
fn one_key_takes_it_with_a_pace_that_it_keeps() {
    let mut room = offered((120, 36));
    let taken = |name: &str, model: &str| Command::SetDefaultProvider {
        name: name.into(),
        model: Some(model.into()),
        confirm_cost: false,
    };
    // Six beats of 65 s each are more than five minutes.
    let slower = Command::SetPace(SetPace { preset: None, interval_seconds: Some(900) });
    let both = Command::Each(vec![taken("ollama", "llama3.2:latest"), slower]);
    assert_eq!(press(&mut room, &["enter"]), [Effect::Run(both.clone())]);
    assert!(room.overlays.is_empty() && room.offer.answered);
    let providers = super::fixture::providers();
    let done = Msg::Ran(taken("ollama", "llama3.2:latest"), Ok(Outcome::Providers(providers)));
    update(&mut room, done);
    update(&mut room, Msg::Ran(both.clone(), Ok(Outcome::Done)));
    let shown = text(&room);
    assert!(
        shown.contains("ollama speaks for the room with") && !shown.contains("asked to change"),
        "{shown}"
    );
    // It is taken back as one.
    update(&mut room, Msg::CanTakeBack(both.clone(), Command::Each(vec![taken("scripted", "")])));
    press(&mut room, &["U"]);
    assert!(text(&room).contains("provider of the room: ollama with llama3.2:latest"), "{}", text(&room));
    // A model that keeps the pace leaves it alone; the window opens again at any time.
    let mut room = offered((120, 36));
    press(&mut room, &["j", "j"]);
    assert_eq!(press(&mut room, &["enter"]), [Effect::Run(taken("lmstudio", "gemma-3-4b"))]);
    press(&mut room, &["V"]);
    assert!(text(&room).contains("Voices from a model"));
}

#[test]
fn one_key_declines_and_that_is_remembered() {
    let mut room = offered((120, 36));
    assert!(press(&mut room, &["esc"]).is_empty() && room.overlays.is_empty());
    assert!(text(&room).contains("not offered again"));
    let mut later = empty(120, 36);
    Saved::of(&room, None).apply(&mut later);
    assert_eq!(welcomed(&mut later, |_| {}), []);
    // From the list of providers it is reached all the same.
    let mut later = model(120, 36);
    later.offer.answered = true;
    press(&mut later, &["v", "G", "enter"]);
    assert!(text(&later).contains("Voices from a model"));
}

/// What is asked when a room is seen for the first time.
fn welcomed(model: &mut Model, but: impl Fn(&mut RoomView)) -> Vec<Effect> {
    welcomed_by(model, "scripted", but)
}

/// The same where a provider of this kind speaks for the room, called by a name of its own.
fn welcomed_by(model: &mut Model, kind: &str, but: impl Fn(&mut RoomView)) -> Vec<Effect> {
    let mut view = RoomView { provider: "calm".into(), ..room() };
    but(&mut view);
    let mut providers = super::fixture::providers();
    for provider in providers.iter_mut().filter(|provider| provider.is_default) {
        (provider.name, provider.kind) = ("calm".into(), kind.into());
    }
    let mut effects = give(model, Load::Room, Data::Room(Box::new(view)));
    effects.extend(give(model, Load::Providers, Data::Providers(providers)));
    effects.into_iter().filter(|effect| matches!(effect, Effect::Run(_) | Effect::Load(Load::Near))).collect()
}

#[test]
fn a_newcomer_is_told_of_it_in_a_line_that_takes_no_key() {
    let mut room = empty(120, 36);
    assert_eq!(welcomed(&mut room, |_| {}), [Effect::Load(Load::Near)]);
    assert_eq!(found(&mut room, near()), [], "no model is asked before a person opens the window");
    assert!(text(&room).contains("Ollama answers on this machine"), "{}", text(&room));
    let hint = |room: &Model| {
        room.toasts.iter().any(|toast| toast.text.ends_with("V tells how fast, Esc declines."))
    };
    assert!(hint(&room));
    // What is pressed meanwhile goes where it always goes; the line stays until it is answered.
    press(&mut room, &["2", "j"]);
    assert!(hint(&room));
    press(&mut room, &["esc"]);
    assert!(!hint(&room) && room.offer.answered);
    // Nothing is looked for where there is nothing to offer, or nobody to take it.
    for but in [|view: &mut RoomView| view.last_seq = 500, |view: &mut RoomView| view.simulated = true] {
        assert_eq!(welcomed(&mut empty(120, 36), but), []);
    }
    assert_eq!(welcomed_by(&mut empty(120, 36), "ollama", |_| {}), []);
    let mut viewer = empty(120, 36);
    viewer.role = crate::link::Role::Viewer;
    assert_eq!(welcomed(&mut viewer, |_| {}), []);
    // Nothing answers: nothing is said.
    let mut room = empty(120, 36);
    welcomed(&mut room, |_| {});
    found(&mut room, vec![near().remove(2)]);
    assert!(!text(&room).contains("answers on this machine"));
}

#[test]
fn where_nothing_answers_the_window_tells_where_it_looked() {
    let mut room = model(120, 36);
    assert_eq!(key(&mut room, "V"), [Effect::Load(Load::Near)]);
    assert!(text(&room).contains("looking on the machine of the room"));
    // Enter and t mean nothing yet, and lose nothing.
    assert!(key(&mut room, "enter").is_empty() && key(&mut room, "t").is_empty() && room.overlays.len() == 1);
    assert_eq!(found(&mut room, vec![near().remove(2)]), []);
    let shown = text(&room);
    assert!(shown.contains("127.0.0.1:8080: what answers there is no engine"), "{shown}");
    assert_eq!(key(&mut room, "enter"), [Effect::Load(Load::Near)]);
    let fault = crate::protocol::Fault::bad_value("no such request");
    update(&mut room, Msg::Loaded(Load::Near, Err(fault)));
    let shown = text(&room);
    assert!(shown.contains("look again") && shown.contains("no such request"), "{shown}");
    assert!(key(&mut room, "esc").is_empty() && !room.offer.answered, "nothing was offered");
}

#[test]
fn a_model_that_cannot_be_timed_says_why_and_can_be_taken() {
    let mut room = model(120, 36);
    key(&mut room, "V");
    found(&mut room, near());
    let fault = crate::protocol::Fault::unavailable("the server broke off");
    update(&mut room, Msg::Ran(time("ollama", "llama3.2:latest"), Err(fault)));
    let shown = text(&room);
    assert!(shown.contains("no answer to be timed") && shown.contains("the server broke off"), "{shown}");
    let effects = press(&mut room, &["enter"]);
    assert!(matches!(effects.as_slice(), [Effect::Run(Command::SetDefaultProvider { .. })]), "{effects:?}");
}
