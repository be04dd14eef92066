"""The book of sounds: what can be made, what people call it, and what it also is."""

from __future__ import annotations

from dataclasses import dataclass

from dam.engines.training.sounds import animals, music, nature, people, things
from dam.engines.training.sounds.craft import Maker


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """A kind of sound. `names` are what people type for it; `groups` what else is true of it.

    `level_db` is the usual range of its loudness (RMS under full scale); `concept` its key in the vocabulary of tags.
    """

    name: str
    maker: Maker
    names: tuple[str, ...]
    groups: tuple[str, ...]
    concept: str
    level_db: tuple[float, float] = (-32.0, -12.0)


# What a sound also is, by the words that ask for it.
GROUPS: dict[str, tuple[str, ...]] = {
    "music": ("music", "a piece of music", "a song", "musical instruments", "a melody", "soundtrack",
              "background music"),
    "voice": ("voices", "human voice", "a person's voice", "people"),
    "water": ("water", "the sound of water"),
    "weather": ("weather", "bad weather"),
    "storm": ("storm", "stormy weather"),
    "nature": ("nature", "sounds of nature", "outdoors in nature"),
    "animal": ("an animal", "animals", "animal sounds"),
    "insect": ("insects", "an insect"),
    "vehicle": ("a vehicle", "vehicles"),
    "car": ("a car", "cars"),
    "motor": ("a motor", "a machine", "machinery"),
    "bells": ("bells", "a bell", "bells ringing"),
    "ringing": ("ringing", "something rings"),
    "beeping": ("beeping", "beeps", "an electronic signal"),
    "noise": ("noise", "steady noise"),
    "crowd": ("a crowd", "an audience", "many people"),
    "knocks": ("knocking", "banging"),
    "aircraft": ("aircraft", "something flies overhead"),
    "strings": ("strings", "string instrument"),
    "quiet": ("quiet", "near silence"),
}  # fmt: skip


def _one(
    name: str,
    maker: Maker,
    concept: str,
    names: str,
    groups: str = "",
    level_db: tuple[float, float] = (-32.0, -12.0),
) -> Recipe:
    return Recipe(
        name=name,
        maker=maker,
        concept=f"sound/{concept}",
        names=tuple(part.strip() for part in names.split(",")),
        groups=tuple(groups.split()),
        level_db=level_db,
    )


RECIPES: tuple[Recipe, ...] = (
    _one("rain", nature.rain, "nature/rain",
         "rain, rain falling, raining, heavy rain, rainfall, a downpour, a rain shower, rainy day, rainy weather",
         "water weather nature"),
    _one("rain on roof", nature.rain_on_roof, "nature/rain/rain-on-a-roof",
         "rain on a roof, rain on the roof, rain on a tin roof, raindrops on a roof, rain pattering on a window, "
         "rain drumming on a tent, raindrops, rain", "water weather nature"),
    _one("wind", nature.wind, "nature/wind",
         "wind, wind blowing, wind howling, strong wind, a gust of wind, windy weather, a gale, breeze",
         "weather nature storm"),
    _one("waves", nature.waves, "nature/water/sea-waves",
         "sea waves, ocean waves, waves at the beach, surf, the sea, the ocean, waves breaking on the shore, seaside",
         "water nature"),
    _one("stream", nature.stream, "nature/water/stream",
         "a stream, running water, a river, a brook, babbling brook, flowing water, a creek, water flowing",
         "water nature"),
    _one("dripping", nature.dripping, "nature/water/dripping-water",
         "water dripping, dripping tap, drops of water, a leaking faucet, drip", "water"),
    _one("thunder", nature.thunder, "nature/thunder",
         "thunder, a thunderstorm, thunder rolling, distant thunder, lightning, rumble of thunder",
         "weather nature storm"),
    _one("fire", nature.fire, "nature/fire",
         "fire crackling, a crackling fire, campfire, fireplace, a bonfire, burning wood, flames", "nature"),
    _one("white noise", nature.white_noise, "noise/white-noise",
         "white noise, static, hiss, radio static, tv static, tape hiss", "noise"),
    _one("room tone", nature.room_tone, "room-tone",
         "room tone, a quiet room, an empty room, silence, quiet background, nothing happening", "quiet", (-66, -48)),
    _one("applause", people.applause, "people/applause",
         "applause, clapping, people clapping, hand clapping, an audience applauding, a round of applause, "
         "clapping hands",
         "crowd"),
    _one("cheering", people.cheering, "people/cheering",
         "cheering, a crowd cheering, people shouting, stadium crowd, fans cheering, yelling", "crowd voice"),
    _one("footsteps", people.footsteps, "people/footsteps",
         "footsteps, walking, somebody walking, steps, footsteps on a floor, a person walks, shoes on the floor"),
    _one("door knock", people.door_knock, "people/door-knock",
         "a knock on the door, knocking on a door, door knock, someone knocks, knocking on wood", "knocks"),
    _one("typing", people.typing, "people/typing",
         "typing, typing on a keyboard, a computer keyboard, keyboard clicks, someone types, typewriter"),
    _one("heartbeat", people.heartbeat, "people/heartbeat",
         "a heartbeat, heart beating, heart, a beating heart, pulse"),
    _one("whistling", people.whistling, "people/whistling",
         "whistling, a person whistling, someone whistles a tune, a whistle"),
    _one("speech", people.speech, "speech",
         "speech, a person speaking, someone talking, talking, a voice, a man speaking, a woman speaking, "
         "conversation, narration, somebody talks, spoken words, an interview", "voice"),
    _one("babble", people.babble, "people/crowd-talking",
         "many people talking, crowd talking, babble, a busy restaurant, people chatting, chatter, a party",
         "voice crowd"),
    _one("children", people.crying_out, "people/children-playing",
         "children playing, kids, a playground, children shouting, kids yelling", "voice crowd"),
    _one("clock", things.clock, "things/clock-ticking",
         "a clock ticking, ticking, ticking clock, tick tock, a watch ticking, a wall clock"),
    _one("small bell", things.small_bell, "things/bells/small-bell",
         "a small bell, bicycle bell, hand bell, a bell ringing, a ding, jingle, doorbell", "bells ringing"),
    _one("church bells", things.church_bells, "things/bells/church-bells",
         "church bells, bells of a church, a church bell, tolling bell, cathedral bells, bell tower",
         "bells ringing"),
    _one("telephone", things.telephone, "things/telephone",
         "a telephone ringing, telephone, phone ringing, phone, ringtone, a phone call", "ringing"),
    _one("alarm", things.alarm, "things/alarm",
         "an alarm, alarm clock, smoke alarm, smoke detector, alarm beeping, beep beep", "beeping"),
    _one("siren", things.siren, "vehicles/siren",
         "a siren, ambulance siren, police siren, ambulance, fire engine, police car, emergency vehicle",
         "vehicle"),
    _one("horn", things.horn, "vehicles/car-horn",
         "a car horn, honking, horn, a car honks, beeping car, hooting", "vehicle car"),
    _one("engine", things.engine, "vehicles/engine",
         "an engine, engine idling, a car engine, motor running, a running engine, tractor, truck engine, motorcycle",
         "vehicle motor"),
    _one("car passing", things.car_passing, "vehicles/car-passing",
         "a car passing by, car passing, a car drives past, passing car, a vehicle drives by", "vehicle car"),
    _one("traffic", things.traffic, "vehicles/traffic",
         "traffic, road traffic, a busy street, street noise, highway, cars on a road", "vehicle car"),
    _one("train", things.train, "vehicles/train",
         "a train, train passing, railway, a train on rails, trains, rattling train, subway", "vehicle"),
    _one("helicopter", things.helicopter, "vehicles/helicopter",
         "a helicopter, helicopter flying, chopper, rotor blades", "vehicle aircraft motor"),
    _one("aeroplane", things.aeroplane, "vehicles/aeroplane",
         "an aeroplane, airplane, a plane overhead, jet, aircraft taking off, a jet engine", "vehicle aircraft"),
    _one("drill", things.drill, "things/power-tool",
         "a drill, power tool, drilling, electric saw, chainsaw, construction work, sawing", "motor"),
    _one("vacuum", things.vacuum, "things/vacuum-cleaner",
         "a vacuum cleaner, hoover, a fan, hair dryer, ventilation, air conditioning, electric fan", "motor noise"),
    _one("hum", things.hum, "noise/hum",
         "a hum, electrical hum, mains hum, humming, buzz of a transformer, low hum", "noise", (-50, -20)),
    _one("tone", things.tone, "noise/test-tone",
         "a test tone, sine tone, a steady tone, a pure tone, sine wave, censor bleep", "beeping"),
    _one("crackle", things.crackle, "noise/record-crackle",
         "vinyl crackle, an old record, record crackle, crackling record, pops and clicks", "noise"),
    _one("glass", things.glass, "things/breaking-glass",
         "breaking glass, glass shattering, glass breaking, a window breaks, smashed glass"),
    _one("birds", animals.birds, "animals/birdsong",
         "birds, birdsong, birds singing, a bird singing, chirping birds, bird, birds chirping, dawn chorus",
         "animal nature"),
    _one("crickets", animals.crickets, "animals/insects/crickets",
         "crickets, crickets at night, cricket chirping, cicadas, grasshoppers, a summer night",
         "animal insect nature"),
    _one("dog", animals.dog, "animals/dog",
         "a dog barking, dog, barking, dog bark, dogs, a dog barks, puppy", "animal"),
    _one("cat", animals.cat, "animals/cat", "a cat, cat meowing, meow, a cat meows, kitten", "animal"),
    _one("owl", animals.owl, "animals/birdsong/owl", "an owl, owl hooting, hoot, an owl at night", "animal nature"),
    _one("bee", animals.bee, "animals/insects/bee",
         "a bee, bees buzzing, a fly, fly buzzing, wasp, mosquito, buzzing insect",
         "animal insect nature"),
    _one("frogs", animals.frogs, "animals/frogs", "frogs, a frog croaking, frogs croaking, toad, a pond at night",
         "animal nature"),
    _one("guitar", music.guitar, "music/instruments/guitar",
         "guitar, acoustic guitar, a guitar playing, someone plays the guitar, plucked strings, strumming",
         "music strings"),
    _one("piano", music.piano, "music/instruments/piano",
         "piano, piano music, somebody plays the piano, a grand piano, piano melody", "music"),
    _one("drums", music.drums, "music/instruments/drums",
         "drums, a drum kit, drumming, percussion, a beat, drum beat, drum solo", "music"),
    _one("electronic", music.electronic, "music/styles/electronic-music",
         "electronic music, synthesizer, techno, dance music, synth music, house music, disco", "music"),
    _one("orchestra", music.orchestra, "music/instruments/strings",
         "an orchestra, violins, orchestral music, string section, classical music, cello, a violin",
         "music strings"),
    _one("choir", music.choir, "music/choir",
         "a choir, choir singing, people singing together, choral music, chant", "music voice"),
    _one("singing", music.singing, "music/singing",
         "singing, a person singing, a singer, someone sings, a cappella, vocals, opera", "music voice"),
    _one("flute", music.flute, "music/instruments/flute", "a flute, flute music, flute melody, recorder, woodwind",
         "music"),
    _one("organ", music.organ, "music/instruments/organ", "an organ, church organ, organ music, pipe organ", "music"),
    _one("music box", music.music_box, "music/instruments/music-box", "a music box, musical box, lullaby, toy piano",
         "music"),
    _one("band", music.band_music, "music/styles/band",
         "a band, band playing, pop music, rock music, a rock band, pop song, folk music", "music"),
)  # fmt: skip

_BY_NAME = {entry.name: entry for entry in RECIPES}


def recipe(name: str) -> Recipe:
    """Return a recipe by its name. Raises KeyError."""
    return _BY_NAME[name]
