//! Windows that actions open.

use crate::domain::Engagement;
use crate::domain::{ActivityKind, Rung};
use crate::protocol::{ExportKind, PoolView, ProviderView, YamlChoice};
use crate::tui::action::Scope;
use crate::tui::msg::{Command, Effect, Load};
use crate::tui::overlays::reading::Para;
use crate::tui::overlays::{Choice, Confirm, Form, FormField, Item, Overlay, Palette, Reading, Then};
use crate::tui::state::ListedBot;
use crate::tui::state::mind::{self, Field};
use crate::tui::state::{Model, Tone};

/// Lists exactly the keys that work where one is.
pub fn help(model: &mut Model) {
    let scopes = model.scopes();
    let mut paras = vec![
        Para::Text(
            "Botarium is a room of bots that talk to each other. They wake on a heartbeat, read, remember and act; \
             you watch, steer and pay. Select a bot and press m for its mind, b for its budget, w for the reason \
             behind an act."
                .into(),
        ),
        Para::Gap,
    ];
    let mut last: Option<Scope> = None;
    for (def, keys) in model.keymap.in_force(&scopes) {
        if last != Some(def.scope) {
            if last.is_some() {
                paras.push(Para::Gap);
            }
            paras.push(Para::Heading(def.scope.title().into()));
            last = Some(def.scope);
        }
        let shown = keys.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
        paras.push(Para::Key(
            shown,
            def.title.into(),
            def.about_for(model.role, model.walk.is_some()).into(),
        ));
    }
    model.overlays.push(Overlay::Reading(Reading::new("Keys that work here", paras)));
}

/// Opens the palette.
pub fn palette(model: &mut Model) {
    let scopes = model.scopes();
    let palette = Palette::new(&model.keymap, &scopes, model.role, model.walk.is_some(), &model.recent);
    model.overlays.push(Overlay::Palette(palette));
}

/// Chooses the kind of act the stream shows.
pub fn stream_kind(model: &mut Model) {
    let now = model.stream.filter().kind;
    let mut items = vec![Item { title: "everything".into(), current: now.is_none(), ..Item::default() }];
    items.extend(ActivityKind::ALL.into_iter().map(|kind| Item {
        title: kind.as_str().replace('_', " "),
        current: now == Some(kind),
        ..Item::default()
    }));
    model.overlays.push(Overlay::Choice(Choice::new("Show only", items, Then::StreamKind)));
}

/// The values of a choice field.
#[must_use]
pub fn options(field: Field, providers: &[ProviderView]) -> Vec<String> {
    match field {
        Field::Engagement => Engagement::ALL.iter().map(|style| style.as_str().into()).collect(),
        Field::Provider => {
            let names = providers.iter().map(|provider| provider.name.clone());
            std::iter::once("default".to_owned()).chain(names).collect()
        }
        _ => Vec::new(),
    }
}

/// Shows what saving the mind changes, and asks.
pub fn save_mind(model: &mut Model) {
    let Some(id) = model.inspector.wanted.clone() else { return };
    let Some(patch) = model.inspector.mind.patch() else { return };
    let mind = &mut model.inspector.mind;
    mind.sends(patch.clone());
    let mut body = "It takes effect on the next beat.".to_owned();
    if let Some(saved) = &mind.saved {
        for (field, before) in &mind.conflicts {
            let now = field.text(saved);
            body += &format!(" Somebody else set {} from {before} to {now} meanwhile.", field.label());
        }
    }
    let (changes, danger) = (mind.changes(), !mind.conflicts.is_empty());
    let confirm = Confirm {
        title: format!("Save the mind of {}?", model.name(&id)),
        body,
        changes,
        yes: vec![Effect::Run(Command::SetConfig(id, patch))],
        danger,
        ..Confirm::default()
    };
    model.overlays.push(Overlay::Confirm(confirm));
}

/// Shows what the YAML would change, and asks.
pub fn reset_mind(model: &mut Model) {
    let Some(id) = model.inspector.wanted.clone() else { return };
    let mind = &model.inspector.mind;
    let (Some(saved), Some(yaml)) = (&mind.saved, &mind.yaml) else {
        model.toast(Tone::Info, "a bot you made has no YAML to return to");
        return;
    };
    let changes = mind::differences(saved, yaml);
    if changes.is_empty() && !mind.is_dirty() {
        model.toast(Tone::Info, "it is as its YAML says");
        return;
    }
    model.inspector.mind.sends(serde_json::Value::Null);
    let confirm = Confirm {
        title: format!("Reset {} to its YAML?", model.name(&id)),
        body: "All edits of its mind are lost.".into(),
        changes,
        yes: vec![Effect::Run(Command::ResetBot(id))],
        danger: true,
        ..Confirm::default()
    };
    model.overlays.push(Overlay::Confirm(confirm));
}

/// Asks before a memory is forgotten.
pub fn forget(model: &mut Model, item: &crate::tui::state::recall::Item) {
    let id = item.id;
    let (title, body) = if super::undo::comes_back(item) {
        ("Forget this?", item.told().into_owned())
    } else {
        // A summary may fill the window: what matters stands before it.
        let title = if item.sums_up() { "Forget this and all that it stands for?" } else { "Forget this?" };
        (title, format!("This cannot be taken back.\n\n{}", item.told()))
    };
    let confirm = Confirm {
        title: title.into(),
        body,
        yes: vec![Effect::Run(Command::ForgetMemory(id))],
        danger: true,
        ..Confirm::default()
    };
    model.overlays.push(Overlay::Confirm(confirm));
}

/// Chooses the room's provider.
pub fn providers(model: &mut Model) -> Vec<Effect> {
    let choice =
        Choice::new("Which provider speaks for the room?", provider_items(&model.providers), Then::Provider);
    model.overlays.push(Overlay::Choice(choice));
    vec![Effect::Load(Load::Providers)]
}

/// Providers as lines to choose; the last one leads to what is not chosen from yet.
#[must_use]
pub fn provider_items(providers: &[ProviderView]) -> Vec<Item> {
    let near = Item {
        title: "voices from a model…".into(),
        note: "V".into(),
        about: "Looks for Ollama, llama.cpp and LM Studio on the machine of the room, and tells how long a beat would take."
            .into(),
        ..Item::default()
    };
    // Before they are read there is nothing to choose, or the last line would be the chosen one.
    let near = (!providers.is_empty()).then_some(near);
    providers.iter().map(provider_item).chain(near).collect()
}

fn provider_item(provider: &ProviderView) -> Item {
    let price = match (provider.pricing.as_str(), provider.price_in, provider.price_out) {
        ("free", ..) => "free".to_owned(),
        (_, Some(of_in), Some(of_out)) => {
            format!("${of_in}/${of_out} per M tok ({})", provider.prices_as_of)
        }
        _ => "unpriced".into(),
    };
    let mut about = Vec::new();
    about.extend(provider.message.clone());
    about.extend(provider.base_url.clone());
    if !provider.default_model.is_empty() {
        about.push(format!("model {}", provider.default_model));
    }
    if !provider.models.is_empty() {
        about.push(format!("models: {}", provider.models.join(", ")));
    }
    let read: i64 = provider.ladder.iter().map(|l| l.count).sum();
    if read > 0 {
        let at_once: i64 =
            provider.ladder.iter().filter(|l| l.rung == Rung::Schema.as_str()).map(|l| l.count).sum();
        about.push(format!("{at_once} of {read} answers read at once"));
    }
    if let Some(pool) = &provider.pool {
        about.extend(pool_lines(pool));
    }
    Item {
        title: provider.name.clone(),
        note: format!("{} · {price}", provider.state.replace('_', " ")),
        about: about.join(" · "),
        current: provider.is_default,
    }
}

/// The most members of a pool that are told one by one.
const MEMBERS: usize = 8;

/// Who answers behind a provider: how many, what is under way, and each with its speed and last sign of life.
fn pool_lines(pool: &PoolView) -> Vec<String> {
    let mut lines = vec![format!(
        "{} of {} members busy, {} waiting",
        pool.members.iter().filter(|member| member.in_flight > 0).count(),
        pool.members.len(),
        pool.waiting
    )];
    lines.extend(pool.trouble.clone());
    for member in pool.members.iter().take(MEMBERS) {
        let mut parts = vec![match member.concurrency {
            0 => format!("{} in flight", member.in_flight),
            most => format!("{}/{most} in flight", member.in_flight),
        }];
        parts.extend(member.models.first().map(|name| match member.models.len() {
            1 => name.clone(),
            more => format!("{name} +{}", more - 1),
        }));
        parts.extend(member.tokens_a_second.map(|speed| format!("{speed:.0} tok/s")));
        if member.failed > 0 {
            parts.push(format!("{} failed", member.failed));
        }
        parts.extend(member.heard_ms.map(|millis| format!("heard {} s ago", millis / 1_000)));
        parts.extend(member.resting_ms.map(|millis| format!("left alone for {} s", millis.div_ceil(1_000))));
        lines.push(format!("{}: {}", member.name, parts.join(", ")));
    }
    if pool.members.len() > MEMBERS {
        lines.push(format!("{} more", pool.members.len() - MEMBERS));
    }
    lines
}

/// Whether calls to the room's provider are known to cost nothing.
pub fn is_free(model: &Model) -> bool {
    let default = model.providers.iter().find(|provider| provider.is_default);
    default.is_some_and(|provider| provider.pricing == "free" || is_embedded(provider))
}

/// Whether a provider is the one inside the program, whatever it is called.
pub fn is_embedded(provider: &ProviderView) -> bool {
    provider.kind == "scripted"
}

/// Asks before everyone wakes at once.
pub fn trigger_all(model: &mut Model) -> Vec<Effect> {
    if is_free(model) {
        return vec![Effect::Run(Command::TriggerAll)];
    }
    let confirm = Confirm {
        title: "Wake all bots now?".into(),
        body: format!(
            "{} bots take a beat at once, each with at least one call to a model.",
            model.bots.total()
        ),
        yes: vec![Effect::Run(Command::TriggerAll)],
        danger: true,
        ..Confirm::default()
    };
    model.overlays.push(Overlay::Confirm(confirm));
    Vec::new()
}

/// The form of a new bot.
pub fn new_bot(model: &mut Model) {
    let fields = vec![
        FormField::line("name", "", "3 to 30 characters"),
        FormField::line("traits", "", "curious, warm, … (1 to 10, with commas)"),
        FormField::line("style", "friendly and direct", "how it talks"),
        FormField::line("interests", "", "astronomy, chess, … (with commas)"),
        FormField::line("quirks", "", "ends with a question, … (with commas)"),
        FormField::choice("engagement", &Engagement::ALL.map(Engagement::as_str), 0),
        FormField::level("creativity", 50),
        FormField::level("leadership", 50),
        FormField::level("skepticism", 50),
        FormField::level("aggression", 20),
        FormField::level("shyness", 30),
    ];
    model.overlays.push(Overlay::Form(Box::new(Form::new("New bot", fields, Then::NewBot))));
    count_bots(model);
    super::preview::preview(model);
}

/// Tells on the form of a new bot how many there are of how many: what is known of the room may come after it was opened.
pub(super) fn count_bots(model: &mut Model) {
    let Some(room) = &model.room else { return };
    for window in &mut model.overlays {
        if let Overlay::Form(form) = window
            && form.then == Then::NewBot
        {
            let limit =
                if room.max_bot_count == 0 { "no limit".into() } else { room.max_bot_count.to_string() };
            form.note = format!("{} of {limit}", room.custom_bots);
        }
    }
}

/// The export form.
pub fn export(model: &mut Model) {
    let fields = vec![
        FormField::choice("what", &ExportKind::ALL.map(ExportKind::as_str), 0),
        FormField::choice("format", &["json", "jsonl", "csv"], 0),
        FormField::line("days", "", "all"),
        FormField::line("file", "threads.json", "where to write it"),
    ];
    model.overlays.push(Overlay::Form(Box::new(Form::new("Export", fields, Then::Export))));
}

/// The interview form.
pub fn interview(model: &mut Model, bot: &str) {
    let fields = vec![
        FormField::line("question", "", "what do you want to know?"),
        FormField::toggle("remembers it", false),
    ];
    let mut form =
        Form::new(format!("Interview {}", model.name(bot)), fields, Then::Interview(bot.to_owned()));
    form.preview = "The society does not see it. It counts against the bot's caps.".into();
    model.overlays.push(Overlay::Form(Box::new(form)));
}

/// Asks before a bot is removed.
pub fn delete_bot(model: &mut Model, row: &ListedBot) {
    if !row.custom {
        model.toast(Tone::Info, format!("{} comes from a YAML file; pause it instead (x)", row.name));
        return;
    }
    let confirm = Confirm {
        title: format!("Remove {}?", row.name),
        body: "Its posts stay, under its departed name. Its mind and memories are gone.".into(),
        yes: vec![Effect::Run(Command::DeleteBot(row.id.clone()))],
        danger: true,
        ..Confirm::default()
    };
    model.overlays.push(Overlay::Confirm(confirm));
}

/// What to do with a changed file; meanwhile it is read what the file would change.
pub fn yaml_choice(model: &mut Model, row: &ListedBot) -> Vec<Effect> {
    if !row.yaml_changed {
        model.toast(Tone::Info, format!("the YAML file of {} has not changed", row.name));
        return Vec::new();
    }
    let item =
        |title: &str, about: &str| Item { title: title.into(), about: about.into(), ..Item::default() };
    let items = vec![
        item("Keep what is live", "The bot stays as it is here; the file is remembered as seen."),
        item("Take the file…", "Shows what it would change, and asks."),
    ];
    let title = format!("The YAML file of {} has changed", row.name);
    model.overlays.push(Overlay::Choice(Choice::new(title, items, Then::Yaml(row.id.clone()))));
    vec![Effect::Load(Load::Config(row.id.clone()))]
}

/// Shows what a changed file would change, and asks.
pub fn take_yaml(model: &mut Model, id: String) {
    let mind = &model.inspector.mind;
    let known = model.inspector.wanted.as_ref() == Some(&id);
    let (Some(saved), Some(yaml), true) = (&mind.saved, &mind.yaml, known) else {
        model.toast(Tone::Info, "the file is being read; try once more");
        return;
    };
    let changes = mind::differences(saved, yaml);
    let body = match (changes.is_empty(), mind.is_dirty()) {
        (true, _) => "Nothing that the page Mind shows differs.",
        (false, false) => "Edits made here are lost. It takes effect on the next beat.",
        (false, true) => "Edits made here are lost, also those not saved. It takes effect on the next beat.",
    };
    let confirm = Confirm {
        title: format!("Take the YAML file of {}?", model.name(&id)),
        body: body.into(),
        changes,
        yes: vec![Effect::Run(Command::YamlChoice(id, YamlChoice::Take))],
        danger: true,
        ..Confirm::default()
    };
    model.overlays.push(Overlay::Confirm(confirm));
}
