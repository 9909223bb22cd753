import json

json.loads('{')
