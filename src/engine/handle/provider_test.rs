//! Trying providers: what answers on this machine, one tiny call that proves a set-up, and one that is timed.

use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use super::Handle;
use super::change_room::model_name;
use crate::domain::Money;
use crate::domain::personality::MODEL_MAX;
use crate::domain::speed::{Sample, Speed};
use crate::domain::text::clean_line;
use crate::llm::guard::NoAccount;
use crate::llm::near::{self, Near};
use crate::llm::{Again, Completion, Guard, Place, ProviderError, Purpose, Rank, Request};
use crate::protocol::{Fault, NearView, ProviderTest};
use crate::society::budget::{self, Settlement};
use crate::society::change;
use crate::society::provider_test::{Admitted, TestBegun, Tested};

/// The longest answer of the tiny call, in tokens: some models have a few words before theirs.
const TINY_ANSWER: u32 = 16;
/// The longest answer of the timed call, in tokens.
const TIMED_ANSWER: u32 = 32;
/// How long the timed call may take: what is slower than that needs no exact figure.
const TIMED: Duration = Duration::from_secs(60);
/// What is read in the timed call: some 300 tokens.
const TIMED_TEXT: &str = "Here is a page from the log of a lighthouse. The wind came round to the north in the \
night and blew the rain against the glass, so that the keeper could not tell the lamps of the fishing boats from \
their own reflections. At four the fog bell was wound by hand, because its weight had frozen to the rail. A gull \
sat on the gallery until noon and would not be moved. The supply boat was seen twice behind the outer reef and \
turned back each time; the third time it came through, with flour, two barrels of oil, a letter about the new \
wick, and a boy who wants to learn the work. He was shown the stairs, the store, the tables of the tides, and \
how a mantle is changed with cold fingers. In the evening he asked why the light turns at all, when a lamp that \
stands still would be seen as far. He was told that a light which comes and goes can be counted, and that ships \
know by the count where they are. He wrote that down. After supper the glass was washed on both sides, the oil \
measured, and the clockwork oiled and wound for the night. The barometer falls slowly, and the sea has a long \
swell from the west that was not there yesterday.";

/// What came of one call, and what it cost.
struct Call {
    result: Result<Completion, ProviderError>,
    /// From the beginning to the first text.
    first: Option<Duration>,
    tokens: i64,
    cost: Money,
}

impl Handle {
    /// Which engines for models answer at the addresses of the providers that are on this machine.
    ///
    /// # Errors
    /// None; like its siblings for the callers' sake.
    pub async fn look_near(&self) -> Result<Vec<NearView>, Fault> {
        let near = near::look(self.shared.settings.providers.iter().map(|setup| &setup.spec)).await;
        Ok(near.into_iter().map(near_view).collect())
    }

    /// One tiny call that proves the set-up, and the models the server offers; `timed` makes a second one, by which
    /// it is told how fast the model is. Both are charged to the room.
    ///
    /// # Errors
    /// 404 for one that is not configured, 422 for what is no model's name. A call that fails is an answer, not an
    /// error.
    pub async fn test_provider(
        &self,
        name: &str,
        model: Option<String>,
        timed: bool,
    ) -> Result<ProviderTest, Fault> {
        let (handle, name) = (self.clone(), name.to_owned());
        self.whole(async move { handle.tested(&name, model, timed).await }).await
    }

    async fn tested(&self, name: &str, model: Option<String>, timed: bool) -> Result<ProviderTest, Fault> {
        if !self.shared.society.voices.contains_key(name) {
            return Err(Fault::not_found("provider", clean_line(name, 40)));
        }
        let model = model.as_deref().map(model_name).transpose()?;
        let guard = match self.shared.guard(name) {
            Ok(guard) => guard,
            Err(why) => return Ok(failed_test(why)),
        };
        let models = match guard.models().await {
            Ok(models) => models.iter().take(500).map(|model| clean_line(model, MODEL_MAX)).collect(),
            Err(error) => return Ok(failed_test(error.message)),
        };
        // The server may hold more by now: what it told of its contexts is asked anew.
        self.enter(change::ForgetContexts { provider: name.to_owned() }).await?;
        self.shared.live_mut().models.insert(name.to_owned(), Vec::clone(&models));
        let model = match model {
            Some("") | None => self.shared.society.model_of(name, guard.default_model()),
            Some(given) => given.to_owned(),
        };
        let place = guard.place(Rank::Person, |_| {}).await;
        let request = tiny(model.clone());
        let call = match self.tried(&guard, &place, request, None).await? {
            Ok(call) => call,
            Err(cap) => return Ok(ProviderTest { models, ..failed_test(cap) }),
        };
        let completion = match call.result {
            Ok(completion) => completion,
            Err(error) => return Ok(ProviderTest { models, ..failed_test(error.message) }),
        };
        let mut test = ProviderTest {
            // Reasoning that used up the few tokens of a test proves the set-up as well.
            ok: completion.reasoned || !completion.text.trim().is_empty(),
            message: match completion.trouble(TINY_ANSWER, name) {
                Some(trouble) if completion.text.trim().is_empty() => trouble,
                _ => clean_line(&completion.text, 200),
            },
            models,
            latency_ms: i64::try_from(completion.latency.as_millis()).unwrap_or(i64::MAX),
            tokens_used: call.tokens,
            cost_usd: call.cost,
            speed: None,
        };
        if timed && test.ok {
            // By now the model is loaded, and what it reads stands in no cache: the time is that of the work.
            let anew = format!("{} {}", self.last_seq(), self.shared.clock.now());
            match self.tried(&guard, &place, timing(model, &anew), Some(TIMED)).await? {
                Ok(call) => {
                    test.tokens_used += call.tokens;
                    test.cost_usd += call.cost;
                    match call.result {
                        Ok(completion) => test.speed = speed(&completion, call.first),
                        Err(error) => test.message = clean_line(&error.message, 500),
                    }
                }
                Err(cap) => test.message = cap,
            }
        }
        Ok(test)
    }

    /// One call of a test, within a time where one is given; a cap that stands in the way in its own words.
    async fn tried(
        &self,
        guard: &Arc<Guard>,
        place: &Place,
        request: Request,
        within: Option<Duration>,
    ) -> Result<Result<Call, String>, Fault> {
        let begun = TestBegun { provider: guard.name().to_owned(), request: request.clone() };
        let Admitted { reservation, day, tariff } = match self.enter(begun).await? {
            Ok(admitted) => admitted,
            Err(cap) => return Ok(Err(cap.sentence().into())),
        };
        let (first, began) = (Arc::new(OnceLock::new()), Instant::now());
        let noted = Arc::clone(&first);
        let sink: crate::llm::DeltaSink = Arc::new(move |text: &str| {
            if !text.is_empty() {
                noted.get_or_init(|| began.elapsed());
            }
        });
        let mut account = NoAccount;
        let call = guard.complete_at(place, &request, sink, true, &mut account);
        let result = match within {
            None => call.await.result,
            Some(within) => match tokio::time::timeout(within, call).await {
                Ok(outcome) => outcome.result,
                Err(_) => Err(too_slow(&request, within)),
            },
        };
        let (usage, charged, received) = match &result {
            Ok(completion) => (completion.usage, true, None),
            Err(error) => (error.usage, error.maybe_charged, Some(error.received)),
        };
        let error = result.as_ref().err().map(|error| clean_line(&error.message, 500));
        let bytes = budget::bytes(&request);
        let settlement = Settlement { reservation, day, bytes, usage, charged, received, tariff };
        let (used, cost) = self.enter(Tested { settlement, error }).await?;
        Ok(Ok(Call { result, first: first.get().copied(), tokens: used.total(), cost }))
    }
}

fn tiny(model: String) -> Request {
    Request {
        purpose: Purpose::Test,
        model,
        system: "You answer with one word.".into(),
        prompt: "Say: ready".into(),
        shared: 0,
        again: Again::NEVER,
        schema: None,
        temperature: 0.0,
        max_tokens: TINY_ANSWER,
        scene: None,
        seed: 0,
    }
}

/// What is timed. It begins with `mark`, so that no server has read it before.
fn timing(model: String, mark: &str) -> Request {
    Request {
        system: format!("{mark}. {TIMED_TEXT}"),
        prompt: "Count from one to fifty, in words.".into(),
        max_tokens: TIMED_ANSWER,
        ..tiny(model)
    }
}

fn speed(completion: &Completion, first: Option<Duration>) -> Option<Speed> {
    let usage = completion.usage?;
    Speed::of(Sample {
        read: usage.input.saturating_sub(usage.cached),
        written: usage.output,
        // What is thought before the first text was written in that time, too.
        first: first.filter(|_| !completion.reasoned).map(|first| first.as_secs_f64()),
        whole: completion.latency.as_secs_f64(),
        thinks: completion.reasoned,
    })
}

fn too_slow(request: &Request, within: Duration) -> ProviderError {
    let message = format!(
        "{} had not read 300 tokens and written {TIMED_ANSWER} after {} s: a beat would take more than {} minutes",
        clean_line(&request.model, MODEL_MAX),
        within.as_secs(),
        within.as_secs() * u64::from(crate::domain::speed::BEAT_READ) / 300 / 60
    );
    ProviderError::new(crate::llm::FailureKind::Timeout, message).charged()
}

fn near_view(near: Near) -> NearView {
    NearView {
        address: near.address,
        engine: near.engine.map(|engine| engine.as_str().to_owned()),
        provider: near.provider,
        models: near.models,
        message: near.trouble,
    }
}

fn failed_test(message: String) -> ProviderTest {
    ProviderTest {
        ok: false,
        message: clean_line(&message, 500),
        models: Vec::new(),
        latency_ms: 0,
        tokens_used: 0,
        cost_usd: Money::ZERO,
        speed: None,
    }
}
