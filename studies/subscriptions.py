"""Makes subscriptions.csv: invented customers, some with two contracts, some values missing.

`python -m studies.subscriptions > studies/subscriptions.csv` writes the same file again.
"""

import sys

import numpy as np
import pandas as pd

CUSTOMERS = 480


def make(seed: int = 7) -> pd.DataFrame:
    """One row a contract. Whether it churned depends on plan, age, tenure, calls, and luck."""
    rng = np.random.default_rng(seed)
    contracts = rng.choice([1, 2], CUSTOMERS, p=[0.75, 0.25])
    customer = np.repeat(np.arange(1001, 1001 + CUSTOMERS), contracts)
    rows = len(customer)
    age = np.repeat(rng.integers(18, 80, CUSTOMERS), contracts).astype(float)
    plan = rng.choice(["basic", "plus", "pro"], rows, p=[0.5, 0.3, 0.2])
    region = rng.choice(["north", "south", "east", "west"], rows)
    tenure = rng.gamma(2.0, 12.0, rows).round()
    minutes = rng.lognormal(5.0, 0.6, rows).round(1)
    calls = rng.poisson(1.5, rows)
    monthly = pd.Series(plan).map({"basic": 9.9, "plus": 19.9, "pro": 39.9}).to_numpy()
    log_odds = (
        -0.6
        + 0.7 * (calls - 1.5)
        - 0.05 * (tenure - 20)
        + 1.2 * (plan == "pro") * (minutes < 120)
        - 1.0 * (plan == "basic") * (age > 55)
    )
    churned = rng.random(rows) < 1 / (1 + np.exp(-2 * log_odds))
    frame = pd.DataFrame(
        {
            "id": np.arange(1, rows + 1),
            "customer": customer,
            "age": age,
            "plan": plan,
            "region": region,
            "tenure_months": tenure,
            "minutes": minutes,
            "support_calls": calls,
            "monthly_price": monthly,
            "churn": np.where(churned, "yes", "no"),
        }
    )
    frame.loc[rng.random(rows) < 0.06, "age"] = np.nan
    frame.loc[rng.random(rows) < 0.05, "plan"] = np.nan
    frame.loc[rng.random(rows) < 0.03, "minutes"] = np.nan
    return frame


if __name__ == "__main__":
    make().to_csv(sys.stdout, index=False)
