"""A local Spark that loads tables and runs statements, told on standard input, a JSON line each."""

import json
import sys

from pyspark.sql import SparkSession

spark = (
    SparkSession.builder.master("local[1]")
    .config("spark.ui.enabled", "false")
    .config("spark.sql.shuffle.partitions", "1")
    .config("spark.driver.bindAddress", "127.0.0.1")
    .config("spark.driver.memory", "2g")
    .getOrCreate()
)
for line in sys.stdin:
    asked = json.loads(line)
    try:
        if "load" in asked:
            spark.read.parquet(asked["file"]).createOrReplaceTempView(f"`{asked['load']}`")
        else:
            spark.sql(asked["run"]).coalesce(1).write.parquet(asked["file"])
        said = None
    except Exception as error:
        said = str(error)[:2000]
    sys.stdout.write(json.dumps(said) + "\n")
    sys.stdout.flush()
spark.stop()
