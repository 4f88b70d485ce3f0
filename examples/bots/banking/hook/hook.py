"""The code hook of the example bot Banking.

It is called when an intent is to be fulfilled, with the values as they were said. None of them goes into a message, an attribute or a
line of the log: what the bot reads back, it reads back itself, by a reference such as {PhoneNumber}.
"""

import hashlib

# Who has which card and zip, as a digest: this file holds no number. The card has an issuer's prefix and a check digit that fits;
# it belongs to nobody.
CUSTOMERS = {"8f21bd4af9098350c857f4b20566eb0c74763bbc5a50b1cbb0d26c5e5bb3e87d": "C-1001"}


def value(slots, name):
    """What was said for a slot; nothing while it is empty."""
    slot = (slots or {}).get(name) or {}
    return (slot.get("value") or {}).get("interpretedValue")


def close(event, state, text, attributes=None):
    """Ends the intent with a message."""
    session = event["sessionState"]
    intent = dict(session["intent"], state=state)
    return {
        "sessionState": {
            "dialogAction": {"type": "Close"},
            "intent": intent,
            "sessionAttributes": {**(session.get("sessionAttributes") or {}), **(attributes or {})},
        },
        "messages": [{"contentType": "PlainText", "content": text}],
    }


def sign_in(event, slots):
    card, zip_code = value(slots, "CardNumber"), value(slots, "Zip")
    digits = "".join(c for c in card or "" if c.isdigit()) + ":" + (zip_code or "")
    customer = CUSTOMERS.get(hashlib.sha256(digits.encode()).hexdigest())
    if customer is None:
        return close(event, "Failed", "I do not know this card. Please try again.", {"signedIn": "no"})
    return close(event, "Fulfilled", "Thank you, you are signed in.", {"signedIn": "yes", "customer": customer})


def transfer(event, slots):
    attributes = event["sessionState"].get("sessionAttributes") or {}
    if attributes.get("signedIn") != "yes":
        return close(event, "Failed", "Please sign in first.")
    if value(slots, "Amount") is None or value(slots, "Payee") is None:
        return close(event, "Failed", "Something is missing for this transfer.")
    return close(event, "Fulfilled", "Done: the money is on its way.")


def confirm_phone(event, slots):
    if value(slots, "PhoneNumber") is None:
        return close(event, "Failed", "I have no number yet.")
    return close(event, "Fulfilled", "Thank you, your number is confirmed.")


INTENTS = {"SignIn": sign_in, "Transfer": transfer, "ConfirmPhone": confirm_phone}


def lambda_handler(event, context):
    intent = event["sessionState"]["intent"]
    print("asked for", intent["name"])
    known = INTENTS.get(intent["name"])
    if known is None:
        return close(event, "Failed", "I cannot do that.")
    return known(event, intent.get("slots"))
