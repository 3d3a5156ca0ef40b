import streamlit as st

from saving import months

st.title("Savings")
goal = st.number_input("Goal", value=5000)
monthly = st.slider("Each month", 50, 1000, 200)
rate = st.slider("Interest in % a year", 0.0, 6.0, 2.0)
st.metric("Months", months(goal, monthly, rate / 1200))
