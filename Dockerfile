# One image for Flink's job manager and task manager and for the `tally` command, so that all three hold the same
# jars and the same Python packages. Built by docker-compose.yml.

FROM maven:3.9.9-eclipse-temurin-17 AS jars
WORKDIR /opt/tally/jars
COPY jars/ .
# Their tests ran in `make test`.
RUN mvn -q -B -f connectors package -DskipTests
RUN mvn -q -B -f pom.xml -P flink dependency:copy-dependencies -DoutputDirectory=/opt/tally/jars/lib/flink
RUN grep ' flink/' checksums.sha256 | (cd lib && sha256sum --check --strict)

FROM flink:2.3.0-java17
USER root
# A Python function runs inside the task manager, which loads libpython as a shared library: python3-dev.
RUN apt-get update \
    && apt-get install -y --no-install-recommends curl gcc python3-dev python3-venv \
    && rm -rf /var/lib/apt/lists/*

WORKDIR /opt/tally
RUN chown flink:flink . && install -d -o flink -g flink /state /project
USER flink
ENV PATH=/opt/tally/.venv/bin:$PATH
# Before the code, so that a change of the code installs nothing anew.
COPY --chown=flink requirements.lock .
RUN python3 -m venv .venv && pip install --no-cache-dir -r requirements.lock

COPY --chown=flink pyproject.toml hatch_build.py README.md LICENSE ./
COPY --chown=flink tally/ tally/
COPY --chown=flink flink-conf/ flink-conf/
COPY --chown=flink --from=jars /opt/tally/jars/pom.xml /opt/tally/jars/checksums.sha256 jars/
COPY --chown=flink --from=jars /opt/tally/jars/lib/ jars/lib/
COPY --chown=flink --from=jars /opt/tally/jars/connectors/target/tally-connectors.jar jars/connectors/target/
# Editable, since tally finds its jars beside its code.
RUN pip install --no-cache-dir --no-deps -e .

COPY --chown=flink flink-conf/ /opt/flink/conf/
RUN ln -s /opt/flink/opt/flink-python-*.jar /opt/tally/jars/lib/flink/*.jar \
        /opt/tally/jars/connectors/target/tally-connectors.jar /opt/flink/lib/ \
    && ln -s "$(.venv/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')" site-packages
# The interpreter inside the task manager is not the one of .venv: it finds the packages here.
ENV PYTHONPATH=/opt/tally/site-packages

WORKDIR /project
COPY --chown=flink pyproject.toml ./
COPY --chown=flink sql/ sql/
COPY --chown=flink udfs/ udfs/
COPY --chown=flink jobs/ jobs/
COPY --chown=flink flink-conf/ flink-conf/
